import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrustDomain } from '../../apps/network/test/start-trust-domain.ts';
import { startPostgres } from '../../packages/stack/src/index.ts';
import { type Bench, type Session, wholeNumber } from '../harness/bench.ts';
import { comparedOf } from '../harness/compare.ts';
import { startedBy } from '../harness/cpu-time.ts';
import { ratePerCore } from '../harness/rate.ts';
import { startWorker } from '../rotation/child-process.ts';
import { topOfProfile } from '../rotation/profile.ts';
import { BASELINE, demands, measuredWriting, type Priced, pricedArms } from './arms.ts';
import type { CallerOrder, Route } from './messages.ts';
import { type KeptVisits, pricesOf, withLatencies } from './outcome.ts';
import { pin } from './pinned.ts';
import { judgedLine, priceTable } from './price-table.ts';
import { type PricedNetwork, type Surroundings, startPricedNetwork } from './priced-network.ts';
import { type Callers, type Repeats, type Visit, visit, warmUp } from './rounds.ts';

interface PricedRoute extends Route {
  readonly title: string;
}

const READ: PricedRoute = {
  title: 'a read, GET /api/v1/agents/me',
  method: 'GET',
  path: '/api/v1/agents/me',
  body: null,
};
const WRITE: PricedRoute = {
  title: 'a write, PATCH /api/v1/agents/me',
  method: 'PATCH',
  path: '/api/v1/agents/me',
  body: JSON.stringify({ description: 'Half a thought, changed.' }),
};

/** A dozen networks with a pool each, and their queues. */
const CONNECTIONS_MAX = 500;
/** How much longer a network answers at saturation before the first round: thousands of requests, and its hot code is compiled. */
const WARM_UP_FACTOR = 2;

/** A sixth of what is measured in a round of all arms. */
const REPEATS_EACH_ROUND = 6;

/** What each credential model costs the server that has to believe it. */
export const price: Bench = {
  name: 'price',
  summary: 'requests/s at saturation and added p99 of every arm, as ratios to static keys',
  flags: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    callers: { type: 'string' },
    population: { type: 'string' },
    arms: { type: 'string' },
    profile: { type: 'string' },
  },
  run: async (session) => {
    await using started = new AsyncDisposableStack();
    const { networks, callers, databasePids } = await startAll(session, started);
    const rounds = wholeNumber(session, 'rounds', session.quick ? 1 : 5);
    const seconds = session.quick ? 0.2 : wholeNumber(session, 'seconds', 2);
    const repeats: Repeats = { maxOfEach: 2, left: session.quick ? 0 : REPEATS_EACH_ROUND * rounds };
    const routes = session.quick ? [READ] : [READ, WRITE];
    const visits = new Map(routes.map((route) => [route, new Map<string, (Visit | null)[]>()]));
    session.say('warming up');
    for (const network of networks.all) {
      for (const route of routesOf(network.priced, routes)) {
        const warming = { callers, route, seconds: seconds * WARM_UP_FACTOR };
        await unlessItFails(session, network.priced, () => warmUp(network, warming));
      }
    }
    for (let round = 0; round < rounds; round++) {
      session.say(`round ${round + 1} of ${rounds}`);
      await networks.renewServerSvid();
      for (const network of inTurn(networks.all, round)) {
        const { priced } = network;
        for (const route of routesOf(priced, routes)) {
          const how = { callers, databasePids, route, seconds, repeats };
          const found = await unlessItFails(session, priced, () => visit(network, how));
          if (found !== null) tellVisit(session, priced, found);
          const ofRoute = visits.get(route);
          ofRoute?.set(priced.name, [...(ofRoute.get(priced.name) ?? []), found]);
        }
      }
    }
    const verificationMicros = microsOfVerification(session.quick ? 50 : 1000);
    for (const [route, found] of visits) tellRoute(session, { route, found, verificationMicros });
    await started.disposeAsync();
    tellProfiles(session, networks.all);
  },
};

/** What was measured of the others for minutes is not lost by one that fails. */
async function unlessItFails<T>(
  session: Session,
  { name }: Priced,
  measure: () => Promise<T>,
): Promise<T | null> {
  try {
    return await measure();
  } catch (error) {
    session.skip(name, `a measurement failed: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function routesOf({ name }: Priced, routes: readonly PricedRoute[]): PricedRoute[] {
  return routes.filter((route) => route !== WRITE || measuredWriting.has(name));
}

interface Started {
  readonly networks: { readonly all: readonly PricedNetwork[]; renewServerSvid(): Promise<unknown> };
  readonly callers: Callers;
  readonly databasePids: readonly number[];
}

async function startAll(session: Session, started: AsyncDisposableStack): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-price-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const database = await startedBy(() => startPostgres({ maxConnections: CONNECTIONS_MAX }));
  started.defer(() => database.result.stop());
  const trustDomain = await startTrustDomain();
  started.defer(() => trustDomain.close());
  const callers = await startWorker<object, CallerOrder>({
    entry: join(import.meta.dirname, 'callers-process.ts'),
    nodeOptions: ['--conditions=@blastradius/source'],
    logFile: join(folder, 'callers.log'),
  });
  started.defer(() => callers.stop());
  const around: Surroundings = {
    postgres: database.result,
    trustDomain,
    folder,
    callers: wholeNumber(session, 'callers', session.quick ? 16 : 64),
    population: wholeNumber(session, 'population', session.quick ? 100 : 100_000),
    profileFolder: session.flags['profile'],
  };
  const all: PricedNetwork[] = [];
  for (const priced of wanted(session)) {
    session.say(`starting ${priced.name} ...`);
    try {
      const network = await startPricedNetwork(priced, around);
      started.defer(() => network.stop());
      all.push(network);
    } catch (error) {
      // Without the baseline there is nothing to compare with.
      if (priced.name === BASELINE) throw error;
      session.skip(priced.name, `NOT MEASURED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // This process and all that it has started, and of these the servers then elsewhere.
  const isPinned =
    pin('others', [process.pid]) &&
    pin(
      'server',
      all.map(({ pid }) => pid),
    );
  if (!isPinned)
    session.skip('pinning', 'no second core, or no taskset: the figures are not of one core each');
  return {
    networks: { all, renewServerSvid: () => trustDomain.rotate() },
    callers,
    databasePids: database.pids,
  };
}

/** Those asked for, and of the others why there is no row for them. */
function wanted(session: Session): readonly Priced[] {
  const priced = pricedArms();
  const asked = session.flags['arms']?.split(',');
  if (asked === undefined) return priced;
  const unknown = asked.filter((name) => !priced.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new RangeError(`--arms: there is nothing to measure for ${unknown.join(', ')}`);
  const left = priced.map(({ name }) => name).filter((name) => name !== BASELINE && !asked.includes(name));
  session.skip(left.join(', '), 'not asked for');
  // The baseline stays: there are no ratios without it.
  return priced.filter(({ name }) => name === BASELINE || asked.includes(name));
}

/** Each round begins with another than the last, and every other one goes backwards. */
function inTurn<T>(items: readonly T[], round: number): T[] {
  const at = (round * 3) % Math.max(1, items.length);
  const turned = [...items.slice(at), ...items.slice(0, at)];
  return round % 2 === 0 ? turned : turned.reverse();
}

function tellVisit(session: Session, { name }: Priced, found: Visit): void {
  const cores = [found.serverCores, found.databaseCores, found.generatorCores].map((one) => one.toFixed(2));
  session.say(
    `${name}: ${Math.round(found.requestsPerSecond)}/s, p99 ${found.p99Ms.toFixed(1)} ms at half; cores of server, database, generator: ${cores.join(', ')}${found.invalid === null ? '' : `; INVALID: ${found.invalid}`}${found.latenciesInvalid === null ? '' : `; LATENCIES INVALID: ${found.latenciesInvalid}`}`,
  );
}

/** What OpenSSL takes for the one thing that a proof can't do without, microseconds of a core. */
function microsOfVerification(milliseconds: number): number {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = Buffer.alloc(400, 'a');
  const signature = sign('sha256', text, privateKey);
  return 1e6 / ratePerCore(milliseconds, () => verify('sha256', text, publicKey, signature));
}

interface MeasuredRoute {
  readonly route: PricedRoute;
  readonly found: KeptVisits;
  readonly verificationMicros: number;
}

function tellRoute(session: Session, { route: { title }, found, verificationMicros }: MeasuredRoute): void {
  const visits = inOrder(keep(session, title, found));
  const compared = (what: string, unit: string, value: (found: Visit) => number, rows = visits): void => {
    const measured = [...rows].map(([name, rounds]) => ({
      name,
      values: rounds.map((one) => (one === null ? null : value(one))),
    }));
    session.compared(comparedOf({ title: `${what}: ${title}`, unit }, measured));
  };
  const timed = new Map([...visits].map(([name, rounds]) => [name, withLatencies(rounds)]));
  compared('saturation', 'requests/s', (one) => one.requestsPerSecond);
  compared('p99 at half of the rate', 'ms', (one) => one.p99Ms, timed);
  compared('p50 at half of the rate', 'ms', (one) => one.p50Ms, timed);
  compared('CPU of the network for a request', 'us', (one) => one.serverMicros);
  session.table(priceTable(title, pricesOf(visits, BASELINE)));
  session.text(
    `what is meant to be reached: ${title}`,
    demands.map((demand) => judgedLine(demand, visits, verificationMicros)),
  );
}

/** What was invalid to the last of its repetitions counts for nothing, and is named. */
function keep(session: Session, title: string, found: KeptVisits): KeptVisits {
  return new Map(
    [...found].flatMap(([name, rounds]): [string, readonly (Visit | null)[]][] => {
      for (const [round, one] of rounds.entries()) {
        const reasons = [
          ...(one?.invalid ? [`not valid: ${one.invalid}`] : []),
          ...(one?.latenciesInvalid ? [`latencies not valid: ${one.latenciesInvalid}`] : []),
        ];
        if (reasons.length > 0) session.skip(`${name} in round ${round + 1}, ${title}`, reasons.join('; '));
      }
      const kept = rounds.map((one) => (one?.invalid === null ? one : null));
      if (kept.some((one) => one !== null)) return [[name, kept]];
      const isMeasured = rounds.some((one) => one !== null);
      session.skip(
        `${name}, ${title}`,
        isMeasured
          ? 'NO ROUND WAS VALID: its figures are of rounds that were not'
          : 'NOT MEASURED: every measurement failed',
      );
      return isMeasured ? [[name, rounds]] : [];
    }),
  );
}

/** The first that is measured is another one in each round; the table begins with the baseline. */
function inOrder(visits: KeptVisits): KeptVisits {
  const names = pricedArms().map(({ name }) => name);
  return new Map([...visits].toSorted(([one], [other]) => names.indexOf(one) - names.indexOf(other)));
}

function tellProfiles(session: Session, networks: readonly PricedNetwork[]): void {
  for (const { priced, profileFolder } of networks) {
    if (profileFolder !== null) session.text(`profile of ${priced.name}`, topOfProfile(profileFolder));
  }
}
