import { expect, test } from 'vitest';
import { fakeAttempt, fakeFacts } from '../run/fake-ledgers.ts';
import { measureSurvival } from './survival.ts';

const loot = { credentialsOf: ['Ada'], privateMessages: 0, thirdPartySecrets: [], emails: 0 };
const taking = (minute: number, credentialsOf = ['Ada']) =>
  fakeAttempt({
    minute,
    vector: 'hole',
    action: 'take',
    forges: false,
    victim: null,
    loot: { ...loot, credentialsOf },
  });
const refused = (minute: number, rest = {}) =>
  fakeAttempt({ minute, outcome: 'refused', status: 401, ...rest });

test('a stolen credential lives from the taking to its last accepted use, and ends with the next refusal', () => {
  const facts = fakeFacts([
    taking(-30),
    fakeAttempt({ minute: 0 }),
    fakeAttempt({ minute: 40 }),
    refused(55),
  ]);
  expect(measureSurvival(facts)).toEqual([{ takenMinute: -30, lastAcceptedMinute: 40, refusedMinute: 55 }]);
});

test('one that was never refused is censored, and a limit that the thief ran into ends nothing', () => {
  const facts = fakeFacts([taking(-30), fakeAttempt({ minute: 40 }), refused(50, { status: 429 })]);
  expect(measureSurvival(facts)).toEqual([{ takenMinute: -30, lastAcceptedMinute: 40, refusedMinute: null }]);
});

test('one that was never accepted is dead on arrival', () => {
  const facts = fakeFacts([taking(-30), refused(-20)]);
  expect(measureSurvival(facts)).toEqual([
    { takenMinute: -30, lastAcceptedMinute: null, refusedMinute: -20 },
  ]);
});

test('of a credential whose owner only the network told, the life begins with the first accepted use', () => {
  const facts = fakeFacts([taking(-30, []), fakeAttempt({ minute: 5, victim: 'Bob' })]);
  expect(measureSurvival(facts)).toEqual([{ takenMinute: 5, lastAcceptedMinute: 5, refusedMinute: null }]);
});

test('nothing taken, nothing survives', () => {
  expect(measureSurvival(fakeFacts([refused(3)]))).toEqual([]);
});
