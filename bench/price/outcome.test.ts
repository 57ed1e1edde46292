import { expect, test } from 'vitest';
import { judge, pricesOf } from './outcome.ts';
import type { Visit } from './rounds.ts';

function visit(requestsPerSecond: number, p99Ms = 2, generatorCores = 0.2): Visit {
  return {
    requestsPerSecond,
    p50Ms: 1,
    p99Ms,
    serverCores: 1,
    databaseCores: 0.4,
    generatorCores,
    serverMicros: 1e6 / requestsPerSecond,
    databaseMicros: 0.4e6 / requestsPerSecond,
    invalid: null,
    latenciesInvalid: null,
  };
}

test('a price is taken round by round, so that a machine that slows down changes no ratio', () => {
  const visits = new Map([
    ['base', [visit(1000, 2), visit(500, 4), visit(250, 8)]],
    ['dear', [visit(500, 3), visit(250, 5), visit(125, 9)]],
  ]);
  const [base, dear] = pricesOf(visits, 'base');
  expect(base?.ratio).toEqual({ n: 3, median: 1, low: 1, high: 1 });
  expect(dear).toMatchObject({ rounds: 3, requestsPerSecond: 250, p99Ms: 5 });
  expect(dear?.ratio).toEqual({ n: 3, median: 0.5, low: 0.5, high: 0.5 });
  expect(dear?.addedP99).toEqual({ n: 3, median: 1, low: 1, high: 1 });
});

test('a round that does not count for one side is left out of the pair, and of that side alone', () => {
  const visits = new Map([
    ['base', [visit(1000), null, visit(1000)]],
    ['dear', [visit(500), visit(1), null]],
  ]);
  const dear = pricesOf(visits, 'base')[1];
  expect(dear?.rounds).toBe(2);
  expect(dear?.ratio).toEqual({ n: 1, median: 0.5, low: null, high: null });
});

test('latencies that do not count leave the rate as it is', () => {
  const late: Visit = { ...visit(500, 99), latenciesInvalid: 'the generator was late' };
  const visits = new Map([
    ['base', [visit(1000, 2), visit(1000, 2)]],
    ['dear', [late, visit(500, 3)]],
  ]);
  const dear = pricesOf(visits, 'base')[1];
  expect(dear).toMatchObject({ rounds: 2, p99Ms: 3 });
  expect(dear?.ratio).toMatchObject({ n: 2, median: 0.5 });
  expect(dear?.addedP99).toMatchObject({ n: 1, median: 1 });
});

test('the busiest that the generator ever was is told', () => {
  const visits = new Map([['base', [visit(1000, 2, 0.3), visit(1000, 2, 0.7), visit(1000, 2, 0.4)]]]);
  expect(pricesOf(visits, 'base')[0]?.generatorCores).toBe(0.7);
});

test('what is demanded is reached, missed, or was not measured', () => {
  const visits = new Map([
    ['base', [visit(1000), visit(1000)]],
    ['fast', [visit(1001), visit(1003)]],
    ['slow', [visit(590), visit(610)]],
    ['unmeasured', [null, null]],
    ['disturbed', [{ ...visit(2000), invalid: 'the server’s core was not saturated' }, null]],
  ]);
  const verdict = (name: string, atLeast: number) => judge({ name, to: 'base', atLeast }, visits).verdict;
  expect(verdict('fast', 1)).toBe('reached');
  expect(verdict('slow', 0.6)).toBe('reached');
  expect(verdict('slow', 0.61)).toBe('NOT REACHED');
  expect(verdict('unmeasured', 0.1)).toBe('NOT MEASURED');
  expect(verdict('disturbed', 0.1)).toBe('NOT MEASURED');
  expect(verdict('missing', 0.1)).toBe('NOT MEASURED');
});
