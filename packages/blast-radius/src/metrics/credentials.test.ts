import { expect, it } from 'vitest';
import { fakeAttempt, fakeFacts } from '../run/fake-ledgers.ts';
import { agentsImpersonated, credentialsLeaked, credentialsUsableAfterFix } from './credentials.ts';

const harvest = (minute: number, credentialsOf: string[]) =>
  fakeAttempt({
    minute,
    vector: 'hole',
    action: 'read',
    forges: false,
    victim: null,
    loot: { credentialsOf, privateMessages: 0, thirdPartySecrets: [], emails: 0 },
  });

it('counts an agent whose credential was harvested twice once', () => {
  expect(credentialsLeaked(fakeFacts([harvest(-30, ['Ada', 'Bo']), harvest(30, ['Ada'])]))).toBe(2);
});

it('counts no credential where the rows held none', () => {
  expect(credentialsLeaked(fakeFacts([harvest(-30, [])]))).toBe(0);
});

it('calls a credential usable after the fix only if it was accepted after the fix', () => {
  const before = fakeAttempt({ minute: 80, victim: 'Ada' });
  const after = fakeAttempt({ minute: 90, victim: 'Bo', action: 'validate', forges: false });
  const refused = fakeAttempt({ minute: 90, victim: 'Cy', outcome: 'refused', status: 401 });
  expect(credentialsUsableAfterFix(fakeFacts([before, after, refused]))).toBe(1);
  expect(credentialsUsableAfterFix(fakeFacts([before, refused]))).toBe(0);
});

it('has nothing usable after a fix that never came', () => {
  expect(
    credentialsUsableAfterFix(fakeFacts([fakeAttempt({ minute: 90 })], { holeClosedMinute: null })),
  ).toBe(0);
});

it('calls an agent impersonated only where a forged request with a credential was accepted', () => {
  const facts = fakeFacts([
    fakeAttempt({ minute: 1, victim: 'Ada' }),
    fakeAttempt({ minute: 2, victim: 'Ada' }),
    fakeAttempt({ minute: 2, victim: 'Bo', forges: false, action: 'validate' }),
    fakeAttempt({ minute: 3, victim: 'Cy', vector: 'hole', presented: 'publishable-key' }),
    fakeAttempt({ minute: 3, victim: 'Di', outcome: 'refused', status: 401 }),
  ]);
  expect(agentsImpersonated(facts)).toBe(1);
});
