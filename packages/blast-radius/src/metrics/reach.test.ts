import { expect, test } from 'vitest';
import { fakeAttempt, fakeRun } from '../run/fake-ledgers.ts';
import { traceReach } from './reach.ts';

const taking = (minute: number, credentialsOf: string[]) =>
  fakeAttempt({
    minute,
    vector: 'hole',
    action: 'read',
    forges: false,
    victim: null,
    loot: { credentialsOf, privateMessages: 0, thirdPartySecrets: [], emails: 0 },
  });

test('a stolen credential lives from the taking to its last accepted use, and has ended where the last try was refused', () => {
  const { stolen, spans } = traceReach(fakeRun, [
    taking(-30, ['Ada', 'Bob']),
    fakeAttempt({ minute: 0, victim: 'Ada' }),
    fakeAttempt({ minute: 60, victim: 'Ada' }),
    fakeAttempt({ minute: 90, victim: 'Ada', outcome: 'refused' }),
    fakeAttempt({ minute: 10, victim: 'Bob' }),
  ]);
  expect(stolen).toEqual([
    { agent: 'Ada', minutes: 90, ended: true },
    { agent: 'Bob', minutes: 40, ended: false },
  ]);
  expect(spans).toEqual([
    { agent: 'Ada', fromMinute: 0, untilMinute: 60 },
    { agent: 'Bob', fromMinute: 10, untilMinute: 10 },
  ]);
});

test('what was never accepted lived for no time, and a name that is only claimed is no stolen credential', () => {
  const { stolen, spans } = traceReach(fakeRun, [
    taking(-30, ['Ada']),
    fakeAttempt({ minute: 0, victim: 'Ada', outcome: 'refused' }),
    fakeAttempt({ minute: 0, victim: 'Cyd', outcome: 'refused', presented: 'spiffe-id-as-name' }),
  ]);
  expect(stolen).toEqual([{ agent: 'Ada', minutes: 0, ended: true }]);
  expect(spans).toEqual([]);
});
