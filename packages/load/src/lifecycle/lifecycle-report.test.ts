import { expect, it } from 'vitest';
import { judged } from './lifecycle-report.ts';
import type { TheftAttempts } from './probe-messages.ts';

const revokedMs = 100_000;
const theft: TheftAttempts = {
  kind: 'jwt',
  verifier: 'library',
  attempts: 300,
  accepted: 200,
  firstAcceptedAtMs: revokedMs - 20_000,
  lastAcceptedAtMs: revokedMs + 4000,
  refusedSinceMs: revokedMs + 4050,
  refusals: { 'jwt-svid.authority-unknown': 100 },
};

it('says how long after the revocation the loot was accepted, against the refresh hint', () => {
  expect(judged(theft, revokedMs, 5)).toMatchObject({
    acceptedAfterRevocationMs: 4000,
    acceptedBeforeRevocation: true,
    refusedInTime: true,
  });
  expect(judged(theft, revokedMs, 3).refusedInTime).toBe(false);
});

it('takes nothing for refused in time that was never refused, or never accepted', () => {
  expect(judged({ ...theft, refusedSinceMs: null }, revokedMs, 5).refusedInTime).toBe(false);
  const never = { ...theft, accepted: 0, firstAcceptedAtMs: null, lastAcceptedAtMs: null };
  expect(judged(never, revokedMs, 5)).toMatchObject({
    acceptedBeforeRevocation: false,
    refusedInTime: false,
  });
});
