import { expect, it } from 'vitest';
import { fakeAttempt, fakeAudit, fakeFacts, fakeHonest } from '../run/fake-ledgers.ts';
import { measureAttribution } from './attributable-forgeries.ts';

const own = fakeHonest({ minute: 1, agent: 'Ada' });
const ownAudit = fakeAudit(own, {
  credentialId: 'aaaaaaaaaaaaaaaa',
  spiffeId: 'spiffe://t/agent/Ada',
  certificateSerial: '01',
});

it('cannot tell a forged request from the agent’s own by a key that both present', () => {
  const forged = fakeAttempt({ minute: 2, victim: 'Ada' });
  const audit = fakeAudit(forged, { credentialId: 'aaaaaaaaaaaaaaaa' });
  expect(measureAttribution(fakeFacts([own, ownAudit, forged, audit])).accepted).toMatchObject({
    count: 0,
    of: 1,
    share: 0,
  });
});

it('tells it by a certificate that the agent itself never presented', () => {
  const forged = fakeAttempt({ minute: 2, victim: 'Ada' });
  const audit = fakeAudit(forged, { spiffeId: 'spiffe://t/agent/Ada', certificateSerial: '99' });
  const result = measureAttribution(fakeFacts([own, ownAudit, forged, audit]));
  expect(result.accepted).toMatchObject({ count: 1, of: 1, share: 1 });
  expect(result.byField).toEqual({ credentialId: 0, spiffeId: 0, certificateSerial: 1 });
});

it('does not confuse another agent’s credential with the victim’s own', () => {
  const other = fakeHonest({ minute: 1, agent: 'Bo' });
  const otherAudit = fakeAudit(other, { credentialId: 'bbbbbbbbbbbbbbbb' });
  const forged = fakeAttempt({ minute: 2, victim: 'Ada' });
  const audit = fakeAudit(forged, { credentialId: 'bbbbbbbbbbbbbbbb' });
  const result = measureAttribution(fakeFacts([own, ownAudit, other, otherAudit, forged, audit]));
  expect(result.byField.credentialId).toBe(1);
});

it('claims nothing about a victim whose honest requests it never saw', () => {
  const forged = fakeAttempt({ minute: 2, victim: 'Silent' });
  const audit = fakeAudit(forged, { credentialId: 'cccccccccccccccc' });
  expect(measureAttribution(fakeFacts([own, ownAudit, forged, audit])).accepted.count).toBe(0);
});

it('counts a write through the hole as not attributable: no audit saw it', () => {
  const write = fakeAttempt({ minute: 2, vector: 'hole', action: 'write', presented: 'publishable-key' });
  const { accepted } = measureAttribution(fakeFacts([own, ownAudit, write]));
  expect(accepted).toMatchObject({
    count: 0,
    of: 1,
    share: 0,
    throughHole: { of: 1 },
    withStolenCredential: { of: 0 },
  });
});

it('counts refused attempts among the attempted, not among the accepted', () => {
  const refused = fakeAttempt({ minute: 2, outcome: 'refused', status: 401, presented: 'spiffe-id-as-name' });
  const audit = fakeAudit(refused, { agent: null, credentialId: 'dddddddddddddddd' });
  const result = measureAttribution(fakeFacts([own, ownAudit, refused, audit]));
  expect(result.accepted).toMatchObject({ count: 0, of: 0, share: null });
  expect(result.attempted).toMatchObject({ count: 1, of: 1, share: 1 });
});
