import { expect, test } from 'vitest';
import { fakeAttempt, fakeFacts, fakeRun } from '../run/fake-ledgers.ts';
import { measureBlastArea } from './exposure.ts';
import { traceReach } from './reach.ts';

const records = [
  fakeAttempt({ minute: 0, victim: 'Ada' }),
  fakeAttempt({ minute: 60, victim: 'Ada' }),
  fakeAttempt({ minute: 90, victim: 'Ada', outcome: 'refused' }),
  fakeAttempt({ minute: 10, victim: 'Bob' }),
  fakeAttempt({ minute: 0, victim: 'Cyd', outcome: 'refused', presented: 'spiffe-id-as-name' }),
];

test('an agent is in reach from the first to the last accepted use, and never by a refused one', () => {
  expect(traceReach(fakeRun, records)).toEqual([
    { agent: 'Ada', fromMinute: 0, untilMinute: 60 },
    { agent: 'Bob', fromMinute: 10, untilMinute: 10 },
  ]);
});

test('the spans add up to the blast area', () => {
  const minutes = traceReach(fakeRun, records).reduce(
    (sum, { fromMinute, untilMinute }) => sum + untilMinute - fromMinute,
    0,
  );
  expect(minutes).toBe(measureBlastArea(fakeFacts(records)).withStolenCredential);
});
