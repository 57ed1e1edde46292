import { expect, it } from 'vitest';
import type { StoredAuthority } from './authority-store.ts';
import { overdueSteps } from './schedule-states.ts';

const now = new Date('2026-02-01T12:00:00Z');
const schedule = { ttlSeconds: 3600, rotationSeconds: 600, activationDelaySeconds: 60 };
const preparedAgo = (seconds: number, isActive: boolean): StoredAuthority => {
  const preparedAt = new Date(now.getTime() - seconds * 1000);
  return {
    id: `${seconds}`,
    kind: 'jwt',
    published: new Uint8Array(),
    wrappedKey: new Uint8Array(),
    notBefore: preparedAt,
    notAfter: new Date(now.getTime() + 3_600_000),
    preparedAt,
    activatedAt: isActive ? preparedAt : null,
    taintedAt: null,
    hasKey: true,
  };
};
const overdue = (...keySet: StoredAuthority[]) => overdueSteps(keySet, schedule, now);

it('leaves the schedule a quarter of its period before it takes a tick for lost', () => {
  expect(overdue(preparedAgo(750, true))).toEqual({ prepare: false, activate: false });
  expect(overdue(preparedAgo(751, true))).toEqual({ prepare: true, activate: false });
  expect(overdue(preparedAgo(751, true), preparedAgo(210, false))).toEqual({
    prepare: false,
    activate: false,
  });
  expect(overdue(preparedAgo(751, true), preparedAgo(211, false))).toEqual({
    prepare: false,
    activate: true,
  });
});

it('does not count a key that was made while the clock was ahead', () => {
  const ahead = preparedAgo(-3600, true);
  expect(overdue(preparedAgo(751, true), ahead).prepare).toBe(true);
});
