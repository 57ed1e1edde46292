import { expect, it } from 'vitest';
import { fakeAttempt, fakeFacts } from '../run/fake-ledgers.ts';
import { countReads, thirdPartySecretsFound } from './reads.ts';

const read = (
  vector: 'hole' | 'stolen-credential',
  thirdPartySecrets: string[],
  outcome: 'accepted' | 'refused',
) =>
  fakeAttempt({
    minute: 1,
    vector,
    action: 'read',
    forges: false,
    outcome,
    rows: 4,
    loot: { credentialsOf: [], privateMessages: 3, thirdPartySecrets, emails: 2 },
  });

it('keeps what was read through the hole apart from what a stolen credential opened', () => {
  const facts = fakeFacts([
    read('hole', ['k1'], 'accepted'),
    read('stolen-credential', ['k1', 'k2'], 'accepted'),
  ]);
  expect(countReads(facts)).toEqual({
    throughHole: { requests: 1, rows: 4, privateMessages: 3, emails: 2, thirdPartySecrets: 1 },
    withStolenCredential: { requests: 1, rows: 4, privateMessages: 3, emails: 2, thirdPartySecrets: 2 },
  });
});

it('counts a third-party secret that was found on two ways once', () => {
  const facts = fakeFacts([
    read('hole', ['k1'], 'accepted'),
    read('stolen-credential', ['k1', 'k2'], 'accepted'),
  ]);
  expect(thirdPartySecretsFound(facts)).toBe(2);
  expect(thirdPartySecretsFound(fakeFacts([]))).toBe(0);
});

it('counts nothing for a read that was refused', () => {
  expect(countReads(fakeFacts([read('hole', ['k1'], 'refused')])).throughHole).toEqual({
    requests: 0,
    rows: 0,
    privateMessages: 0,
    emails: 0,
    thirdPartySecrets: 0,
  });
});
