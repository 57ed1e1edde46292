#!/usr/bin/env node
// Fuzzes every parser that reads a stranger's bytes, each for as many seconds as are given:
//   npm run fuzz -- --seconds 60 [path of a *.fuzz.ts ...]
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
});
if (!/^[1-9]\d{0,5}$/.test(values.seconds)) {
  console.error('fuzz: --seconds takes a whole number above 0');
  process.exit(2);
}
const child = spawn('vitest', ['run', '--project', 'fuzz', ...positionals], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SECONDS: values.seconds },
});
child.on('error', (error) => {
  console.error(`fuzz: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
