import { expect, it } from 'vitest';
import { fakeAttempt, fakeAudit, fakeFacts, fakeHonest } from '../run/fake-ledgers.ts';
import { checkLedgersAgree } from './ledgers-agree.ts';

it('finds no disagreement where the audit saw what the senders saw', () => {
  const forged = fakeAttempt({ minute: 1 });
  const honest = fakeHonest({ minute: 2 });
  const refused = fakeAttempt({ minute: 3, outcome: 'refused', status: 401 });
  const records = [forged, honest, refused].flatMap((record) => [record, fakeAudit(record)]);
  expect(checkLedgersAgree(fakeFacts(records))).toEqual({ checked: 3, disagreements: 0, examples: [] });
});

it('reports an accepted request that the audit does not know', () => {
  const honest = fakeHonest({ minute: 2, requestId: 'lost' });
  expect(checkLedgersAgree(fakeFacts([honest]))).toMatchObject({
    disagreements: 1,
    examples: [{ requestId: 'lost', ledger: 'agents', says: 'accepted 200', auditSays: 'nothing' }],
  });
});

it('reports an accepted request that the audit denied, and a refused one that it allowed', () => {
  const forged = fakeAttempt({ minute: 1 });
  const refused = fakeAttempt({ minute: 2, outcome: 'refused', status: 401 });
  const facts = fakeFacts([
    forged,
    fakeAudit(forged, { decision: 'denied', status: 401 }),
    refused,
    fakeAudit(refused, { decision: 'allowed', status: 201 }),
  ]);
  expect(checkLedgersAgree(facts).disagreements).toBe(2);
});

it('does not compare what got no answer, nor what went through the hole', () => {
  const failed = fakeAttempt({ minute: 1, outcome: 'failed', status: null });
  const hole = fakeAttempt({ minute: 1, vector: 'hole' });
  expect(checkLedgersAgree(fakeFacts([failed, hole])).checked).toBe(0);
});
