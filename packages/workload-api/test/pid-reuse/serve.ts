// The first process of a pid namespace: the Workload API, which gives an identity to everybody, and a
// program that opens a connection to it. What is said goes to stdout, a line of JSON each.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startWorkloadApi } from '../../src/start-workload-api.ts';
import { FakeIdentities } from '../fake-identities.ts';
import { FakeJwtIdentities } from '../fake-tokens.ts';

const [socketPath = '', end = ''] = process.argv.slice(2);
const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const quiet = () => {};

await startWorkloadApi({
  socketPath,
  trustDomain: 'moltbook.test',
  source: new FakeIdentities(),
  jwt: new FakeJwtIdentities(),
  logger: {
    debug: quiet,
    info: quiet,
    warn: (context) => say({ refused: Reflect.get(context, 'reason'), pid: Reflect.get(context, 'pid') }),
  },
});
const program = fileURLToPath(new URL('./programs.mjs', import.meta.url));
spawn(process.execPath, [program, 'opener', socketPath, end], { stdio: 'inherit' });
