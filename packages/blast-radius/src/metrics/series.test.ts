import { expect, it } from 'vitest';
import { fakeAttempt, fakeFacts, fakeHonest, fakeWorld } from '../run/fake-ledgers.ts';
import { listIncidents } from './incidents.ts';
import { traceSeries } from './series.ts';

it('steps up with each accepted forgery, at most once a minute, from start to end', () => {
  const facts = fakeFacts([
    fakeAttempt({ minute: 1.2 }),
    fakeAttempt({ minute: 1.8, victim: 'Bo' }),
    fakeAttempt({ minute: 5, victim: 'Ada' }),
    fakeAttempt({ minute: 6, outcome: 'refused' }),
    fakeAttempt({ minute: 7, vector: 'hole' }),
  ]);
  const traced = traceSeries(facts);
  expect(traced.forgedAcceptedWithStolenCredential).toEqual([
    [-60, 0],
    [2, 2],
    [5, 3],
    [480, 3],
  ]);
  expect(traced.agentsImpersonated).toEqual([
    [-60, 0],
    [2, 2],
    [480, 2],
  ]);
  expect(traced.forgedAcceptedThroughHole).toEqual([
    [-60, 0],
    [7, 1],
    [480, 1],
  ]);
});

it('goes down again when a stranded agent is back', () => {
  const facts = fakeFacts([fakeWorld({ minute: 300 }), fakeHonest({ minute: 310 })]);
  expect(traceSeries(facts).agentsStranded).toEqual([
    [-60, 0],
    [300, 1],
    [310, 0],
    [480, 0],
  ]);
});

it('stays at zero where nothing happened', () => {
  expect(traceSeries(fakeFacts([])).agentsStranded).toEqual([
    [-60, 0],
    [480, 0],
  ]);
});

it('lists processes that ended and came back, and nothing else, as incidents', () => {
  const facts = fakeFacts([
    fakeWorld({ minute: 10, event: 'process-exited', subject: 'issuer', detail: 'SIGKILL' }),
    fakeWorld({ minute: 11, event: 'fix-applied', subject: 'fix-1' }),
  ]);
  expect(listIncidents(facts)).toEqual([
    { minute: 10, event: 'process-exited', subject: 'issuer', detail: 'SIGKILL' },
  ]);
});
