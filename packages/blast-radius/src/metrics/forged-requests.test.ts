import { expect, it } from 'vitest';
import { fakeAttempt, fakeFacts, fakeHonest } from '../run/fake-ledgers.ts';
import { agentsImpersonated, credentialsLeaked } from './credentials.ts';
import { countForgedRequests } from './forged-requests.ts';
import { thirdPartySecretsFound } from './reads.ts';

it('keeps writes through the hole apart from requests with a stolen credential', () => {
  const facts = fakeFacts([
    fakeAttempt({ minute: 1, vector: 'hole', action: 'write', presented: 'publishable-key' }),
    fakeAttempt({
      minute: 1,
      vector: 'hole',
      action: 'write',
      presented: 'publishable-key',
      outcome: 'refused',
    }),
    fakeAttempt({ minute: 2 }),
  ]);
  const { throughHole, withStolenCredential } = countForgedRequests(facts);
  expect(throughHole).toEqual({ attempted: 2, accepted: 1 });
  expect(withStolenCredential).toMatchObject({ attempted: 1, accepted: 1 });
});

it('counts only what forges: neither a validation nor reconnaissance', () => {
  const facts = fakeFacts([
    fakeAttempt({ minute: 1, action: 'validate', forges: false }),
    fakeAttempt({ minute: 1, vector: 'reconnaissance', action: 'fetch', forges: false }),
  ]);
  expect(countForgedRequests(facts).withStolenCredential.attempted).toBe(0);
});

it('counts an attempt that got no answer as attempted, by what was presented', () => {
  const facts = fakeFacts([
    fakeAttempt({ minute: 1, presented: 'rogue-ca-certificate', outcome: 'failed', status: null }),
    fakeAttempt({ minute: 2, presented: 'spiffe-id-as-name', outcome: 'refused', status: 401 }),
  ]);
  expect(countForgedRequests(facts).withStolenCredential).toEqual({
    attempted: 2,
    accepted: 0,
    byPresented: {
      'rogue-ca-certificate': { attempted: 1, accepted: 0, refused: 0, failed: 1 },
      'spiffe-id-as-name': { attempted: 1, accepted: 0, refused: 1, failed: 0 },
    },
  });
});

it('counts what agents were talked into as forged, and not among what is honest', () => {
  const own = fakeHonest({ minute: 1, agent: 'Ada' });
  const talked = fakeHonest({ minute: 2, agent: 'Ada', action: 'post', talkedIntoBy: 'p1' });
  const refused = fakeHonest({
    minute: 3,
    agent: 'Bo',
    action: 'dm-request',
    talkedIntoBy: 'p1',
    gaveAway: 'k1',
    outcome: 'refused',
    status: 429,
  });
  const facts = fakeFacts([own, talked, refused]);
  expect(countForgedRequests(facts).byConfusedAgent).toEqual({ attempted: 2, accepted: 1 });
  expect(countForgedRequests(facts).withStolenCredential.attempted).toBe(0);
  expect(facts.honest).toHaveLength(1);
  expect(agentsImpersonated(facts)).toBe(1);
  expect(credentialsLeaked(facts)).toBe(0);
  expect(thirdPartySecretsFound(facts)).toBe(0);
  const given = fakeHonest({ minute: 4, action: 'dm-request', talkedIntoBy: 'p1', gaveAway: 'k1' });
  expect(thirdPartySecretsFound(fakeFacts([given]))).toBe(1);
});
