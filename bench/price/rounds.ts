import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOf } from '../harness/cpu-time.ts';
import { percentile } from '../harness/statistics.ts';
import type { Worker } from '../rotation/child-process.ts';
import type { Asked, CallerOrder, Route } from './messages.ts';
import type { PricedNetwork } from './priced-network.ts';

export type Callers = Worker<object, CallerOrder>;

/** What one round has found of one network on one route. */
export interface Visit {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of a core, at saturation. */
  readonly serverCores: number;
  readonly databaseCores: number;
  readonly generatorCores: number;
  /** CPU for one request at saturation: of the network's process, and of the database's. */
  readonly serverMicros: number;
  readonly databaseMicros: number;
  /** Why the figures at saturation are not the server's; null where they are. */
  readonly invalid: string | null;
  /** The same of the latencies at half of the rate. */
  readonly latenciesInvalid: string | null;
}

export interface Visiting {
  readonly callers: Callers;
  readonly databasePids: readonly number[];
  readonly route: Route;
  readonly seconds: number;
  readonly repeats: Repeats;
}

/** How often measurements that turned out invalid are made again, right away. */
export interface Repeats {
  readonly maxOfEach: number;
  /** In the whole run: on a machine that others keep busy it must come to its end, too. */
  left: number;
}

/** A generator that has less of its core left than this measures itself. */
const GENERATOR_CORES_MAX = 0.9;
/** Below this the server waited for something else; then what was measured is that. */
const SERVER_CORES_MIN = 0.85;
/** A generator that is later than this makes latencies of its own. */
const LATE_MS_MAX = 5;

/** Saturation alone, and nothing of it is kept: the compiler has to see what is hot before anything is measured. */
export async function warmUp(
  network: PricedNetwork,
  { callers, route, seconds }: Pick<Visiting, 'callers' | 'route' | 'seconds'>,
): Promise<void> {
  await using _connected = await connect(network, callers);
  await untilAnswered(network, seconds, (forSeconds) =>
    askFor(callers, { order: 'saturate', route, seconds: forSeconds }),
  );
}

/** Saturation, and then half of the rate that was reached, one right after the other on the same connections. */
export async function visit(network: PricedNetwork, visiting: Visiting): Promise<Visit> {
  const { callers, route, seconds, databasePids } = visiting;
  await using _connected = await connect(network, callers);
  const saturated = await untilValid(visiting, async () => {
    const asked = await untilAnswered(network, seconds, async (forSeconds) => {
      const watched = watchCpu([[network.pid], databasePids], forSeconds);
      const answered = await askFor(callers, { order: 'saturate', route, seconds: forSeconds });
      const [server = 0, database = 0] = await watched;
      return { ...answered, serverCores: server, databaseCores: database };
    });
    return {
      ...asked,
      requestsPerSecond: asked.answers / asked.seconds,
      invalid: [
        ...failures(asked),
        ...(asked.generatorCores >= GENERATOR_CORES_MAX ? ['the generator had no core left'] : []),
        ...(asked.serverCores < SERVER_CORES_MIN ? ['the server’s core was not saturated'] : []),
      ],
    };
  });
  const { requestsPerSecond, serverCores, databaseCores, generatorCores } = saturated;
  const ratePerSecond = requestsPerSecond / 2;
  const offered = await untilValid(visiting, async () => {
    const asked = await untilAnswered(network, seconds, (forSeconds) =>
      askFor(callers, { order: 'offer', route, seconds: forSeconds, ratePerSecond }),
    );
    const { latenciesMs, lateMs } = asked;
    return {
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      invalid: [...failures(asked), ...(lateMs > LATE_MS_MAX ? ['the generator was late'] : [])],
    };
  });
  const reasons = (invalid: readonly string[]) => (invalid.length === 0 ? null : invalid.join('; '));
  return {
    requestsPerSecond,
    p50Ms: offered.p50Ms,
    p99Ms: offered.p99Ms,
    serverCores,
    databaseCores,
    generatorCores,
    serverMicros: (serverCores * 1e6) / requestsPerSecond,
    databaseMicros: (databaseCores * 1e6) / requestsPerSecond,
    invalid: reasons(saturated.invalid),
    latenciesInvalid: reasons(offered.invalid),
  };
}

/** Each agent on a connection of its own, until it is disposed of. */
async function connect({ target }: PricedNetwork, callers: Callers): Promise<AsyncDisposable> {
  const disconnect = async () => void (await ask(callers, { order: 'disconnect' }));
  try {
    await ask(callers, { order: 'connect', target });
  } catch (error) {
    await disconnect();
    throw error;
  }
  return { [Symbol.asyncDispose]: disconnect };
}

/** What disturbs one measurement of a second or two is often over in the next; the last one stands as it is. */
async function untilValid<T extends { readonly invalid: readonly string[] }>(
  { repeats }: Visiting,
  measure: () => Promise<T>,
): Promise<T> {
  for (let made = 0; ; made++) {
    const measured = await measure();
    if (measured.invalid.length === 0 || made >= repeats.maxOfEach || repeats.left === 0) return measured;
    repeats.left -= 1;
  }
}

/** On a machine that others keep busy a second may go by without an answer: then longer ones are tried. */
async function untilAnswered<T extends Asked>(
  { priced }: PricedNetwork,
  seconds: number,
  measure: (seconds: number) => Promise<T>,
): Promise<T> {
  for (let longer = 1; ; longer *= 2) {
    const measured = await measure(seconds * longer);
    if (measured.answers > 0) return measured;
    if (longer > 8) throw new Error(`${priced.name} answered nothing: ${causes(measured)}`);
  }
}

async function ask(callers: Callers, order: CallerOrder): Promise<Asked | null> {
  const { answer, error } = await callers.ask<{ answer?: Asked | null; error?: string }>(order);
  if (error !== undefined) throw new Error(`the load failed: ${error}`);
  return answer ?? null;
}

async function askFor(callers: Callers, order: CallerOrder): Promise<Asked> {
  const asked = await ask(callers, order);
  if (asked === null) throw new TypeError('a load without an outcome');
  return asked;
}

/** Cores used by each group of processes within the load's second half, when its warm-up is surely over. */
async function watchCpu(groups: readonly (readonly number[])[], seconds: number): Promise<number[]> {
  await pause(seconds * 500);
  const before = groups.map(cpuSecondsOf);
  const at = performance.now();
  await pause(seconds * 500);
  const took = (performance.now() - at) / 1000;
  return groups.map((pids, index) => (cpuSecondsOf(pids) - (before[index] ?? 0)) / took);
}

function failures(asked: Asked): string[] {
  return Object.keys(asked.failed).length === 0 ? [] : [`requests failed: ${causes(asked)}`];
}

function causes({ failed }: Asked): string {
  return Object.entries(failed)
    .map(([cause, count]) => `${count} x ${cause}`)
    .join(', ');
}
