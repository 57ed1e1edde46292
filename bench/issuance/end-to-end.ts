import { certificateRequests } from '../../packages/testkit/src/index.ts';
import { type Session, wholeNumber } from '../harness/bench.ts';
import { medianOf } from '../harness/compare.ts';
import { cpuSecondsOf } from '../harness/cpu-time.ts';
import { reissueAtRate } from './reissue-at-rate.ts';
import { prepareBatch, type RunningIssuer, startIssuer } from './running-issuer.ts';
import { type RunningSpire, startSpireSide } from './spire-side.ts';

/** What a second of one side has cost and given. */
export interface Issued {
  readonly svids: number;
  readonly seconds: number;
  /** Of the server and its database. */
  readonly cpuSeconds: number;
}

/** A side of the comparison: it asks for batches from so many clients at once, for so long. */
export type AskForAWhile = (seconds: number) => Promise<Issued>;

const batchSize = 100;
const hosts = 10;

/** Process, TLS, JSON, policy, database and audit: our issuer, and spire-server beside it where there is one. */
export async function endToEnd(session: Session): Promise<void> {
  const clients = wholeNumber(session, 'clients', 8);
  session.say('preparing requests ...');
  const csrs = await certificateRequests(session.quick ? batchSize : batchSize * hosts);
  await using started = new AsyncDisposableStack();
  const issuer = await startIssuer(batchSize, clients);
  started.defer(() => issuer.stop());
  const asking = { clients, csrs };
  const ours = askIssuer(issuer, asking);
  const spire = await startSpireSide(session, { ...asking, batchSize, hosts });
  if (spire !== undefined) started.defer(() => spire.stop());
  await compareSides(session, ours, spire);
  await reissueAtRate(session, issuer, { batchSize, csrs });
}

async function compareSides(session: Session, ours: AskForAWhile, spire: RunningSpire | undefined) {
  const seconds = session.quick ? 0.5 : 5;
  const sides = [
    ...(spire === undefined ? [] : [{ name: 'spire-server, BatchNewX509SVID', ask: spire.ask }]),
    { name: 'our issuer, /v1/x509-svids', ask: ours },
  ];
  const costs = new Map<string, number[]>();
  const contenders = sides.map(({ name, ask }) => ({
    name,
    measure: async () => {
      const { svids, seconds: took, cpuSeconds } = await ask(seconds);
      costs.set(name, [...(costs.get(name) ?? []), svids / cpuSeconds]);
      return svids / took;
    },
  }));
  const rounds = wholeNumber(session, 'rounds', session.quick ? 1 : 8);
  const compared = await session.compare({
    title: 'X.509-SVIDs end to end, from servers with a core or two to themselves',
    unit: 'SVIDs/s',
    rounds,
    contenders,
  });
  for (const [name, values] of costs) {
    const kept = { ...compared, contenders: [{ ...compared.contenders[0], name, values: values.slice(1) }] };
    session.figure({
      name: `${name}: for each second of CPU`,
      value: Math.round(medianOf(kept as typeof compared, name)),
      unit: 'SVIDs',
      note: 'median; server and database, without the clients',
    });
  }
}

interface Asking {
  readonly clients: number;
  readonly csrs: readonly string[];
}

/** As many calls under way as there are clients, each for all agents of a host. */
function askIssuer(issuer: RunningIssuer, { clients, csrs }: Asking): AskForAWhile {
  const batches = Array.from({ length: hosts }, (_, host) => {
    const from = (host * batchSize) % csrs.length;
    return prepareBatch(host, csrs.slice(from, from + batchSize));
  });
  const pids = [...issuer.issuerPids, ...issuer.databasePids];
  return async (seconds) => {
    const before = cpuSecondsOf(pids);
    const startedAt = performance.now();
    const endAt = startedAt + seconds * 1000;
    let calls = 0;
    const client = async () => {
      while (performance.now() < endAt) {
        const batch = batches[calls++ % batches.length];
        if (batch !== undefined) await issuer.send(batch);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    const took = (performance.now() - startedAt) / 1000;
    return { svids: calls * batchSize, seconds: took, cpuSeconds: cpuSecondsOf(pids) - before };
  };
}
