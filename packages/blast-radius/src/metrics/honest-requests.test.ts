import { expect, it } from 'vitest';
import { fakeFacts, fakeHonest } from '../run/fake-ledgers.ts';
import { measureHonestRequests } from './honest-requests.ts';

it('counts how honest requests ended, and in which phase', () => {
  const result = measureHonestRequests(
    fakeFacts([
      fakeHonest({ minute: -40 }),
      fakeHonest({ minute: 10 }),
      fakeHonest({ minute: 100, outcome: 'refused', status: 429 }),
      fakeHonest({ minute: 310, outcome: 'failed', status: null, error: 'ECONNRESET' }),
    ]),
  );
  expect(result).toMatchObject({
    sent: 4,
    accepted: 2,
    refused: 1,
    failed: 1,
    rateLimited: 1,
    acceptedShare: 0.5,
  });
  expect(result.byPhase).toEqual({
    beforeLeak: { sent: 1, accepted: 1, repeated: 0, acceptedShare: 1 },
    whileOpen: { sent: 1, accepted: 1, repeated: 0, acceptedShare: 1 },
    afterFix: { sent: 1, accepted: 0, repeated: 0, acceptedShare: 0 },
    afterReset: { sent: 1, accepted: 0, repeated: 0, acceptedShare: 0 },
  });
});

it('counts a request for a conversation that is there already on its own, so that who was never kept from anything has 1', () => {
  const result = measureHonestRequests(
    fakeFacts([
      fakeHonest({ minute: 10, action: 'dm-request', status: 201 }),
      fakeHonest({ minute: 20, action: 'dm-request', outcome: 'refused', status: 409 }),
    ]),
  );
  expect(result).toMatchObject({ sent: 2, accepted: 1, repeated: 1, refused: 0, acceptedShare: 1 });
  expect(result.byPhase.whileOpen).toEqual({ sent: 2, accepted: 1, repeated: 1, acceptedShare: 1 });
});

it('counts any other conflict, and any other answer to such a request, as the refusal that it is', () => {
  const refused = { minute: 10, outcome: 'refused' } as const;
  const result = measureHonestRequests(
    fakeFacts([
      fakeHonest({ ...refused, action: 'pin', status: 409 }),
      fakeHonest({ ...refused, action: 'dm-request', status: 401 }),
      fakeHonest({ ...refused, action: 'dm-request', status: 429 }),
    ]),
  );
  expect(result).toMatchObject({ sent: 3, repeated: 0, refused: 3, rateLimited: 1, acceptedShare: 0 });
});

it('takes percentiles that were really measured, of accepted requests', () => {
  const latencies = Array.from({ length: 100 }, (_, i) => fakeHonest({ minute: 1, latencyMs: i + 1 }));
  const slowRefusal = fakeHonest({ minute: 1, latencyMs: 9000, outcome: 'refused', status: 401 });
  expect(measureHonestRequests(fakeFacts([...latencies, slowRefusal]))).toMatchObject({
    latencyMsP50: 50,
    latencyMsP95: 95,
    latencyMsP99: 99,
  });
});

it('has no share and no latency of nothing', () => {
  expect(measureHonestRequests(fakeFacts([]))).toMatchObject({
    acceptedShare: null,
    latencyMsP50: null,
    latencyMsP95: null,
  });
});

it('puts every request of a run without a leak before it', () => {
  const none = { leakMinute: null, holeClosedMinute: null, resetMinute: null };
  const { byPhase } = measureHonestRequests(fakeFacts([fakeHonest({ minute: 400 })], none));
  expect(byPhase.beforeLeak.sent).toBe(1);
  expect(byPhase.afterReset.sent).toBe(0);
});

it('counts the requests of load agents among the honest ones', () => {
  const facts = fakeFacts([
    fakeHonest({ minute: 1 }),
    fakeHonest({ minute: 1, agent: 'Load', hosting: 'load', outcome: 'refused', status: 429 }),
  ]);
  expect(measureHonestRequests(facts)).toMatchObject({ sent: 2, accepted: 1, rateLimited: 1 });
});
