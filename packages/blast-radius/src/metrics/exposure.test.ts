import { expect, it } from 'vitest';
import { fakeAttempt, fakeFacts } from '../run/fake-ledgers.ts';
import {
  credentialsAcceptedAtLastTry,
  exposureWindow,
  measureBlastArea,
  minutesToFirstUse,
} from './exposure.ts';

const accepted = (minute: number, victim = 'Ada') => fakeAttempt({ minute, victim });
const refused = (minute: number, victim = 'Ada') =>
  fakeAttempt({ minute, victim, outcome: 'refused', status: 401 });

it('measures exposure from the leak to the last accepted use, whoever it hit', () => {
  const facts = fakeFacts([accepted(-27), accepted(290, 'Bo'), refused(310), refused(400, 'Bo')]);
  expect(exposureWindow(facts)).toBe(320);
  expect(minutesToFirstUse(facts)).toBe(3);
});

it('has no exposure where no use was accepted', () => {
  const facts = fakeFacts([refused(-27), fakeAttempt({ minute: 100, vector: 'hole' })]);
  expect(exposureWindow(facts)).toBeNull();
  expect(minutesToFirstUse(facts)).toBeNull();
});

it('shows an accepted use even where the run names no leak', () => {
  expect(exposureWindow(fakeFacts([accepted(10), accepted(15)], { leakMinute: null }))).toBe(5);
});

it('says how many credentials still worked at the last try', () => {
  expect(
    credentialsAcceptedAtLastTry(fakeFacts([accepted(1), refused(2), refused(1, 'Bo'), accepted(2, 'Bo')])),
  ).toBe(1);
  expect(credentialsAcceptedAtLastTry(fakeFacts([accepted(1), refused(2)]))).toBe(0);
});

it('takes no answer about something else for a refusal of the credential', () => {
  const conflict = fakeAttempt({ minute: 2, victim: 'Ada', outcome: 'refused', status: 409 });
  const unanswered = fakeAttempt({ minute: 3, victim: 'Ada', outcome: 'failed', status: null });
  expect(credentialsAcceptedAtLastTry(fakeFacts([accepted(1), conflict, unanswered]))).toBe(1);
  expect(credentialsAcceptedAtLastTry(fakeFacts([refused(1), conflict]))).toBe(0);
});

it('adds for each agent the time between first and last accepted use', () => {
  const facts = fakeFacts([accepted(0), accepted(10, 'Bo'), accepted(30), accepted(15, 'Bo'), refused(99)]);
  expect(measureBlastArea(facts)).toEqual({
    withStolenCredential: 35,
    throughHole: 0,
    unit: 'agent-minutes',
  });
});

it('puts every agent in reach through the hole while the hole takes writes', () => {
  const write = (minute: number, outcome: 'accepted' | 'refused') =>
    fakeAttempt({ minute, vector: 'hole', action: 'write', presented: 'publishable-key', outcome });
  const facts = fakeFacts([write(-20, 'accepted'), write(100, 'accepted'), write(170, 'refused')]);
  expect(measureBlastArea(facts)).toMatchObject({ withStolenCredential: 0, throughHole: 120 * 3 });
});
