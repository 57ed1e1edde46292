import { setTimeout as delay } from 'node:timers/promises';
import { type Session, wholeNumber } from '../harness/bench.ts';
import { cpuSecondsOf } from '../harness/cpu-time.ts';
import { percentile } from '../harness/statistics.ts';
import { prepareBatch, type RunningIssuer } from './running-issuer.ts';

/** 1,500,000 identities with a TTL of an hour, each replaced at half of its life. */
const identities = 1_500_000;
const ratePerSecond = Math.round(identities / 1800);

interface Fleet {
  readonly batchSize: number;
  readonly csrs: readonly string[];
}

/**
 * Re-issues at the rate that all identities need, on a schedule that does not wait for answers, and measures what
 * that takes of the machine. A minute of it by default, over as many identities as that makes; the rest is
 * extrapolated, and said to be. `--identities 1500000` does all of it, for half an hour.
 */
export async function reissueAtRate(session: Session, issuer: RunningIssuer, fleet: Fleet): Promise<void> {
  const count = wholeNumber(session, 'identities', session.quick ? fleet.batchSize * 10 : ratePerSecond * 60);
  const batches = Math.ceil(count / fleet.batchSize);
  session.say(`re-issuing ${batches * fleet.batchSize} identities at ${ratePerSecond}/s ...`);
  const before = [cpuSecondsOf(issuer.issuerPids), cpuSecondsOf(issuer.databasePids)];
  const startedAt = performance.now();
  const latencies = await sendOnSchedule(issuer, fleet, batches);
  const seconds = (performance.now() - startedAt) / 1000;
  const [issuerSeconds = 0, databaseSeconds = 0] = [
    cpuSecondsOf(issuer.issuerPids) - (before[0] ?? 0),
    cpuSecondsOf(issuer.databasePids) - (before[1] ?? 0),
  ];
  const done = batches * fleet.batchSize;
  const note =
    done >= identities
      ? `all ${done} identities re-issued`
      : `extrapolated from ${done} identities re-issued`;
  const [cores, ofDatabase] = [(issuerSeconds + databaseSeconds) / seconds, databaseSeconds / seconds];
  session.figure({ name: 'rate that was to be kept', value: ratePerSecond, unit: 'SVIDs/s', note });
  session.figure({ name: 'rate that was kept', value: Math.round(done / seconds), unit: 'SVIDs/s', note });
  session.figure({ name: 'cores used by issuer and database', value: round(cores), unit: 'cores', note });
  session.figure({ name: 'of these by the database', value: round(ofDatabase), unit: 'cores' });
  const name = `half of the batches of ${fleet.batchSize} answered within`;
  session.figure({ name, value: Math.round(percentile(latencies, 0.5)), unit: 'ms' });
  const worst = Math.round(percentile(latencies, 0.99));
  session.figure({ name: '99 % of the batches answered within', value: worst, unit: 'ms' });
}

/** How long each batch took from the moment that it was due, in milliseconds. */
async function sendOnSchedule(issuer: RunningIssuer, fleet: Fleet, batches: number): Promise<number[]> {
  const { batchSize, csrs } = fleet;
  const startedAt = performance.now();
  const sent: Promise<number>[] = [];
  for (let host = 0; host < batches; host++) {
    const dueAt = startedAt + (host * batchSize * 1000) / ratePerSecond;
    await delay(Math.max(0, dueAt - performance.now()));
    const from = (host * batchSize) % csrs.length;
    const batch = prepareBatch(host, csrs.slice(from, from + batchSize));
    sent.push(issuer.send(batch).then(() => performance.now() - dueAt));
  }
  return Promise.all(sent);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
