import { leak } from '@blastradius/contracts';
import type { AuditRecord, LedgerRecord } from '@blastradius/ledger';
import { describe, expect, it } from 'vitest';
import { fakeAttempt, fakeAudit, fakeFacts, fakeHonest, fakeIssued } from '../run/fake-ledgers.ts';
import type { ArmManifest } from '../run/run-manifest.ts';
import { measureDetection } from './measure-detection.ts';

const logs = { arm: 'static-key', leak: 'request-logs', leakMinute: 0 } as const;

const measure = (records: readonly LedgerRecord[], run: Partial<ArmManifest> = logs) =>
  measureDetection(fakeFacts(records, run));
const found = (result: ReturnType<typeof measure>, id: string) =>
  result.watched.find((watched) => watched.id === id);

const honest = (minute: number, rest: Partial<AuditRecord> = {}) => {
  const own = fakeHonest({ minute });
  return [own, fakeAudit(own, rest)];
};
const stolen = (minute: number, rest: Partial<AuditRecord> = {}) => {
  const attempt = fakeAttempt({ minute, presented: 'stolen-key' });
  return [attempt, fakeAudit(attempt, rest)];
};

describe('what the records would have told', () => {
  it('is told by the owner’s own request, where it comes back to its connection after the thief', () => {
    const records = [
      ...honest(1, { sourcePort: 1 }),
      ...stolen(2, { sourcePort: 2 }),
      ...honest(5, { sourcePort: 1 }),
    ];
    const result = measure(records);
    expect(found(result, 'interleaved-connections')).toMatchObject({
      expectedOf: ['use'],
      foundAtMinute: 5,
      ledger: 'audit',
      rightAlarms: 1,
      falseAlarms: 0,
    });
    expect(result).toMatchObject({ firstUseMinute: 2, foundAtMinute: 5, minutesFromFirstUse: 3 });
  });

  it('is a false alarm where nobody has stolen what it is about, and counted apart before the leak', () => {
    const pool = (minute: number) => [
      ...honest(minute, { sourcePort: 1 }),
      ...honest(minute + 1, { sourcePort: 2 }),
      ...honest(minute + 2, { sourcePort: 1 }),
    ];
    const result = measure([...pool(-20), ...pool(20).slice(0, 6)]);
    expect(found(result, 'interleaved-connections')).toMatchObject({
      foundAtMinute: null,
      recordId: null,
      rightAlarms: 0,
      falseAlarmsWithoutLeak: 1,
    });
    expect(result.foundAtMinute).toBeNull();
    expect(result.falseAlarms).toBeGreaterThanOrEqual(2);
  });

  it('is nothing where a key was used once, and that is said', () => {
    const result = measure([...honest(1, { sourcePort: 1 }), ...stolen(2, { sourcePort: 2 })]);
    expect(result).toMatchObject({ foundAtMinute: null, minutesFromFirstUse: null, falseAlarms: 0 });
    expect(result.theft).toMatchObject({ tells: [], untold: 'Who reads a log is written down nowhere.' });
    expect(result.watched.map(({ id }) => id)).toEqual(['interleaved-connections']);
  });

  it('takes every alarm of a run without a leak for a false one', () => {
    const { leak: _, ...noLeak } = logs;
    const refused = fakeHonest({ minute: 3, outcome: 'refused', status: 401 });
    const result = measure([refused, fakeAudit(refused), fakeIssued({ minute: 4, event: 'svid-refused' })], {
      ...noLeak,
      leakMinute: null,
    });
    expect(result).toMatchObject({ leak: null, theft: null, use: null, foundAtMinute: null, falseAlarms: 2 });
    expect(result.watched.map(({ falseAlarmsWithoutLeak }) => falseAlarmsWithoutLeak)).toEqual([1, 1]);
  });

  it('ties what names no request of the thief to a deed of the same moment', () => {
    const refusedAt = (minute: number) => fakeIssued({ minute, event: 'svid-refused' });
    const take = fakeAttempt({ minute: 10, action: 'take', vector: 'hole', forges: false });
    const result = measure([take, refusedAt(9), refusedAt(10.1), refusedAt(60)], {
      ...logs,
      arm: 'x509-svid',
    });
    expect(found(result, 'refused-at-issuer')).toMatchObject({
      foundAtMinute: 10.1,
      rightAlarms: 1,
      falseAlarms: 2,
    });
  });

  it('does not expect of an arm what it gives nobody to see', () => {
    const arms = ['static-key', 'wit-svid', 'x509-svid'] as const;
    const tells = arms.map((arm) => measure([], { ...logs, arm }).use?.tells);
    expect(tells).toEqual([
      ['interleaved-connections'],
      ['interleaved-connections', 'refused-proof', 'ended-credential'],
      ['interleaved-connections', 'ended-credential'],
    ]);
  });

  it('is asked of every leak', () => {
    for (const name of leak.options) {
      const { theft, use } = measure([], { ...logs, leak: name });
      for (const deed of [theft, use]) expect(deed?.tells.length === 0).toBe(deed?.untold !== null);
    }
  });
});
