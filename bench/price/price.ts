import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrustDomain } from '../../apps/network/test/start-trust-domain.ts';
import { startEmbeddedPostgres } from '../../packages/testkit/src/index.ts';
import { type Bench, type Session, wholeNumber } from '../harness/bench.ts';
import { type Compared, comparedOf } from '../harness/compare.ts';
import { startedBy } from '../harness/cpu-time.ts';
import { median } from '../harness/statistics.ts';
import { startWorker } from '../rotation/child-process.ts';
import { topOfProfile } from '../rotation/profile.ts';
import { BASELINE, CACHED, demands, type Priced, pricedArms } from './arms.ts';
import type { CallerOrder, Route } from './messages.ts';
import { pin } from './pinned.ts';
import { type PricedNetwork, type Surroundings, startPricedNetwork } from './priced-network.ts';
import { type Callers, type Visit, visit } from './rounds.ts';

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

/** One of each way to show a credential. */
const QUICK = [CACHED, 'scoped-key', 'jwt-svid', 'jwt-svid+dpop', 'wit-svid', 'x509-svid'];

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
    const seconds = session.quick ? 0.2 : wholeNumber(session, 'seconds', 4);
    const routes = session.quick ? [READ] : [READ, WRITE];
    const visits = new Map(routes.map((route) => [route, new Map<string, Visit[]>()]));
    // One that is not kept comes first; and each begins with another network than the last.
    for (let round = 0; round <= rounds; round++) {
      session.say(`round ${round} of ${rounds}${round === 0 ? ', which is not kept' : ''}`);
      await networks.renewServerSvid();
      for (const network of rotated(networks.all, round)) {
        for (const route of routes) {
          const found = await visit(network, { callers, databasePids, route, seconds });
          tellVisit(session, network.priced, found);
          const ofRoute = visits.get(route);
          if (round > 0)
            ofRoute?.set(network.priced.name, [...(ofRoute.get(network.priced.name) ?? []), found]);
        }
      }
    }
    for (const [route, found] of visits) tellRoute(session, route, found);
    await started.disposeAsync();
    tellProfiles(session, networks.all);
  },
};

interface Started {
  readonly networks: { readonly all: readonly PricedNetwork[]; renewServerSvid(): Promise<unknown> };
  readonly callers: Callers;
  readonly databasePids: readonly number[];
}

async function startAll(session: Session, started: AsyncDisposableStack): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-price-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const database = await startedBy(startEmbeddedPostgres);
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
  const servers = pin(
    'server',
    all.map(({ pid }) => pid),
  );
  const isPinned = servers && pin('others', [callers.pid, ...database.pids]);
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
  const asked = session.flags['arms']?.split(',') ?? (session.quick ? QUICK : undefined);
  if (asked === undefined) return priced;
  const unknown = asked.filter((name) => !priced.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new RangeError(`--arms: there is nothing to measure for ${unknown.join(', ')}`);
  const left = priced.map(({ name }) => name).filter((name) => name !== BASELINE && !asked.includes(name));
  session.skip(left.join(', '), 'not asked for');
  // The baseline stays: there are no ratios without it.
  return priced.filter(({ name }) => name === BASELINE || asked.includes(name));
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}

function tellVisit(session: Session, { name }: Priced, found: Visit): void {
  const cores = [found.serverCores, found.databaseCores, found.generatorCores].map((one) => one.toFixed(2));
  session.say(
    `${name}: ${Math.round(found.requestsPerSecond)}/s, p99 ${found.p99Ms.toFixed(1)} ms at half; cores of server, database, generator: ${cores.join(', ')}${found.invalid === null ? '' : `; INVALID: ${found.invalid}`}`,
  );
}

type Visits = ReadonlyMap<string, readonly Visit[]>;

function tellRoute(session: Session, { title }: PricedRoute, all: Visits): void {
  const visits = valid(session, title, all);
  const compared = (what: string, unit: string, value: (found: Visit) => number): Compared => {
    const measured = [...visits].map(([name, found]) => ({ name, values: found.map(value) }));
    const made = comparedOf({ title: `${what}: ${title}`, unit }, inOrder(measured));
    session.compared(made);
    return made;
  };
  const throughput = compared('saturation', 'requests/s', (found) => found.requestsPerSecond);
  compared('p99 at half of the rate', 'ms', (found) => found.p99Ms);
  compared('p50 at half of the rate', 'ms', (found) => found.p50Ms);
  compared('CPU of the network for a request', 'us', (found) => found.serverMicros);
  tellAdded(session, title, visits);
  tellDemands(session, { title, throughput, visits });
}

/** A round in which anything was invalid is left out for all: what is compared comes from the same rounds. */
function valid(session: Session, title: string, all: Visits): Visits {
  const rounds = Math.max(0, ...[...all.values()].map((found) => found.length));
  const reasons = Array.from({ length: rounds }, (_, round) =>
    [...all].flatMap(([name, found]) => {
      const invalid = found[round]?.invalid ?? null;
      return invalid === null ? [] : [`${name}: ${invalid}`];
    }),
  );
  for (const [round, why] of reasons.entries()) {
    if (why.length > 0) session.skip(`round ${round + 1}, ${title}`, `not valid: ${why.join('; ')}`);
  }
  const isKept = reasons.map((why) => why.length === 0);
  if (!isKept.includes(true)) {
    session.skip(title, 'NO ROUND WAS VALID: what stands in the tables is of rounds that were not');
    return all;
  }
  return new Map([...all].map(([name, found]) => [name, found.filter((_, round) => isKept[round])]));
}

/** The first that is measured is another one in each round; the table begins with the baseline. */
function inOrder<T extends { readonly name: string }>(measured: readonly T[]): T[] {
  const names = pricedArms().map(({ name }) => name);
  return measured.toSorted((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}

function tellAdded(session: Session, title: string, visits: Visits): void {
  const base = visits.get(BASELINE) ?? [];
  for (const { name, values } of inOrder([...visits].map(([arm, found]) => ({ name: arm, values: found })))) {
    if (name === BASELINE) continue;
    const added = values.map(({ p99Ms }, round) => p99Ms - (base[round]?.p99Ms ?? Number.NaN));
    session.figure({
      name: `${name}: added p99, ${title}`,
      value: Math.round(median(added) * 100) / 100,
      unit: 'ms',
      note: 'to static-key, each at half of its own rate; median of the rounds',
    });
  }
}

interface Outcome {
  readonly title: string;
  readonly throughput: Compared;
  readonly visits: Visits;
}

function tellDemands(session: Session, { title, visits }: Outcome): void {
  const lines = demands.map(({ name, to, atLeast }) => {
    const demand = `${name} at least ${atLeast} x ${to}`;
    const [own, base] = [visits.get(name), visits.get(to)];
    if (own === undefined || base === undefined) return `NOT MEASURED  ${demand}`;
    const ratio = median(
      own.map((found, round) => found.requestsPerSecond / (base[round]?.requestsPerSecond ?? Number.NaN)),
    );
    const micros = (found: readonly Visit[]) => Math.round(median(found.map((one) => one.serverMicros)));
    const cost = `${micros(own)} us of CPU for a request beside ${micros(base)}`;
    return `${ratio >= atLeast ? 'reached      ' : 'NOT REACHED  '} ${demand}: ${ratio.toFixed(2)} (${cost})`;
  });
  session.text(`what is meant to be reached: ${title}`, lines);
}

function tellProfiles(session: Session, networks: readonly PricedNetwork[]): void {
  for (const { priced, profileFolder } of networks) {
    if (profileFolder !== null) session.text(`profile of ${priced.name}`, topOfProfile(profileFolder));
  }
}
