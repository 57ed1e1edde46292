import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const minimal = {
  ARM: 'static-key',
  DATABASE_URL: 'postgres://localhost/network',
  LEDGER_FILE: 'audit.jsonl',
  CHECKPOINT_FILE: 'checkpoints.jsonl',
  OPERATOR_SOCKET: 'operator.sock',
};

test('keeps the limits of the incident where it is not told otherwise', () => {
  expect(loadConfig(minimal).rateLimits).toEqual({
    requestsPerMinute: 100,
    minutesPerPost: 30,
    commentsPerHour: 50,
  });
  const changed = loadConfig({ ...minimal, RATE_LIMITS: '{"commentsPerHour":7}' });
  expect(changed.rateLimits).toMatchObject({ requestsPerMinute: 100, commentsPerHour: 7 });
});

test.each(['{', '{"commentsPerDay":1}', '{"commentsPerHour":-1}'])(
  'refuses limits it does not know: %s',
  (text) => {
    expect(() => loadConfig({ ...minimal, RATE_LIMITS: text })).toThrow();
  },
);

test('keeps jobs in the same database unless told otherwise', () => {
  expect(loadConfig(minimal).jobsDatabaseUrl).toBe(minimal.DATABASE_URL);
  const redis = 'redis://127.0.0.1:6379';
  expect(loadConfig({ ...minimal, JOBS_DATABASE_URL: redis }).jobsDatabaseUrl).toBe(redis);
});

test('needs a Workload API where agents have identities, and refuses an arm it does not know', () => {
  expect(() => loadConfig({ ...minimal, ARM: 'x509-svid' })).toThrow('SPIFFE_ENDPOINT_SOCKET');
  expect(() => loadConfig({ ...minimal, ARM: 'unverified' })).toThrow();
});

test('does not let itself be changed', () => {
  expect(Object.isFrozen(loadConfig(minimal))).toBe(true);
});
