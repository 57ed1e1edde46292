import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';

const EXAMPLE = join(import.meta.dirname, '../../packages/spiffe/examples/mtls.ts');

let trustDomain: RunningTrustDomain;

beforeAll(async () => {
  trustDomain = await startTrustDomain();
});

afterAll(() => trustDomain.stop());

/** As a reader of the README would run it. */
function runExample() {
  return promisify(execFile)(process.execPath, [EXAMPLE], {
    env: { PATH: process.env['PATH'], SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint },
    timeout: 60_000,
  });
}

test('the example of the README of packages/spiffe says hello to itself by its SPIFFE ID', async () => {
  await trustDomain.grant([{ hint: 'one', path: '/example/one' }]);
  expect((await runExample()).stdout).toBe('hello spiffe://interop.test/example/one\n');
});
