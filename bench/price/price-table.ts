import type { Estimate } from '../../packages/matrix/src/statistics/estimate.ts';
import type { Table } from '../harness/bench.ts';
import { median } from '../harness/statistics.ts';
import { type Demand, provingEachRequest } from './arms.ts';
import { judge, type KeptVisits, type Price } from './outcome.ts';

export function priceTable(title: string, prices: readonly Price[]): Table {
  return {
    title: `price: ${title}`,
    head: [
      'arm',
      'requests/s',
      'ratio (95 %)',
      'p99 at half, ms',
      'added p99, ms (95 %)',
      'CPU for a request, us: network',
      'database',
      'generator, cores at most',
      'rounds',
    ],
    rows: prices.map((price) => [
      price.name,
      Math.round(price.requestsPerSecond).toLocaleString('en'),
      withInterval(price.ratio),
      Number.isNaN(price.p99Ms) ? 'not valid' : price.p99Ms.toFixed(2),
      withInterval(price.addedP99),
      Math.round(price.serverMicros).toLocaleString('en'),
      Math.round(price.databaseMicros).toLocaleString('en'),
      price.generatorCores.toFixed(2),
      String(price.rounds),
    ]),
  };
}

/** The verdict on one demand, with the figure and with what bounds it. */
export function judgedLine(demand: Demand, visits: KeptVisits, verificationMicros: number): string {
  const { name, to, atLeast } = demand;
  const { verdict, ratio } = judge(demand, visits);
  const line = `${verdict.padEnd(12)}  ${name} at least ${atLeast} x ${to}`;
  if (ratio === null) return line;
  const own = boundOf(visits, name);
  const proof = provingEachRequest.has(name)
    ? `; one ECDSA P-256 verification alone takes ${Math.round(verificationMicros)} us`
    : '';
  return `${line}: ${withInterval(ratio)}; ${own.serverCores.toFixed(2)} of the network's core in use, ${Math.round(own.serverMicros)} us of it for a request beside ${Math.round(boundOf(visits, to).serverMicros)}${proof}`;
}

function boundOf(visits: KeptVisits, name: string): { serverCores: number; serverMicros: number } {
  const counted = (visits.get(name) ?? []).filter((one) => one !== null);
  return {
    serverCores: median(counted.map((one) => one.serverCores)),
    serverMicros: median(counted.map((one) => one.serverMicros)),
  };
}

function withInterval(estimated: Estimate | null): string {
  if (estimated === null) return '';
  const { median: middle, low, high } = estimated;
  const value = middle.toFixed(2);
  return low === null || high === null ? value : `${value} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
