import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bench } from './bench/bench.ts';

/** The harness held to what the suite's contract says beside the cases: readiness and the control port's answers. */
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench[Symbol.asyncDispose]());

test('it names version 1 of the contract and both ports before it is ready', () => {
  expect(bench.harness.portOf('SPIFFE_HARNESS_VERSION')).toBe(1);
  expect(bench.harness.portOf('SPIFFE_X509_PORT')).toBeGreaterThan(0);
  expect(bench.harness.portOf('SPIFFE_CONTROL_PORT')).toBeGreaterThan(0);
});

test('it says of what it does not have that it is not supported', async () => {
  const answer = await bench.harness.ask('/v1/other', {});
  expect(answer).toMatchObject({ http: 501, answer: { status: 'unsupported' } });
});

test('it takes a fault for an error and never for a refusal', async () => {
  const nowhere = await bench.harness.ask('/v1/x509/dial', { address: '127.0.0.1:1' });
  expect(nowhere).toMatchObject({ http: 500, answer: { status: 'error' } });
  const withoutAudience = await bench.harness.ask('/v1/jwt/fetch', {});
  expect(withoutAudience).toMatchObject({ http: 500, answer: { status: 'error' } });
});
