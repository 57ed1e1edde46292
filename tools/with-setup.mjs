#!/usr/bin/env node
// Installs and builds what is missing, then runs the command on the repository's own Node.
//   node tools/with-setup.mjs blastradius demo ...     the command line
//   node tools/with-setup.mjs npm run test:all          an npm script
// It runs on whatever Node the machine has (18 and newer), before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const bin = join(root, 'node_modules/.bin');
const stamp = join(root, 'node_modules/.blastradius-setup');
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
};

function fail(message) {
  console.error(`blastradius: ${message}`);
  process.exit(1);
}

function step(what, command, args) {
  process.stderr.write(`blastradius: ${what} ...`);
  const started = Date.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) {
    process.stderr.write('\n');
    fail(
      `${what} failed: ${command} ${args.join(' ')}\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`,
    );
  }
  process.stderr.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  step('installing dependencies (once)', 'npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline']);
  writeFileSync(stamp, lock);
}
step('building', join(bin, 'turbo'), ['run', 'build', '--output-logs=errors-only', '--no-update-notifier']);

const [name, ...args] = process.argv.slice(2);
if (!name) process.exit(0);
const child =
  name === 'blastradius'
    ? spawn(join(bin, 'node'), [join(root, 'apps/cli/dist/bundled.js'), ...args], { env, stdio: 'inherit' })
    : spawn(name, args, { cwd: root, env, stdio: 'inherit' });
// Ctrl-C reaches the child as well (same terminal); it cleans up, and this process waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`could not start ${name}: ${error.message}`));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
