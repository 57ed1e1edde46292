import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../harness/statistics.ts';
import { forgetPeak, type Memory, memoryOf } from './memory.ts';
import type { Progress, RequestCounts, VerifierReport, WorkloadReport } from './messages.ts';
import type { Shape } from './shape.ts';
import { identitiesOf } from './shape.ts';
import { startTrustDomain, type TrustDomain } from './trust-domain.ts';

export interface RotationOptions {
  readonly shape: Shape;
  /** How long the next authority is only published; zero is the control. */
  readonly publishSeconds: number;
  readonly requestsPerSecond: number;
  /** How long requests are sent before and after. */
  readonly calmSeconds: number;
  /** When what is not replaced by then is given up. */
  readonly withinSeconds: number;
  readonly profileFolder?: string | undefined;
  readonly say: (line: string) => void;
}

export interface RotationOutcome {
  readonly identities: number;
  /** How long it took until every workload held every identity for the first time. */
  readonly firstIssuedMs: number;
  /** From the order on. */
  readonly issuerDoneMs: number;
  /** From the moment at which the old authority was tainted; NaN where so many never were. */
  readonly replacedMs: { readonly half: number; readonly most: number; readonly all: number };
  readonly replaced: number;
  /** Identities that have the serial number of before. */
  readonly sameSerial: number;
  /** By authority key identifier: how many SVIDs held are signed by it. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly updates: number;
  readonly requests: Omit<RequestCounts, 'latenciesMs'> & { readonly p50Ms: number; readonly p99Ms: number };
  readonly verifier: VerifierReport;
  readonly streamErrors: Readonly<Record<string, number>>;
  readonly memory: {
    readonly issuer: PeakMemory;
    readonly sidecars: readonly PeakMemory[];
    readonly workloads: readonly PeakMemory[];
  };
}

export interface PeakMemory {
  readonly beforeMib: number;
  /** Between the order and the end. */
  readonly peakMib: number;
}

/** Fresh processes, all identities issued, requests under way; then the order, until all is replaced. */
export async function rotate(options: RotationOptions): Promise<RotationOutcome> {
  const { shape, requestsPerSecond, calmSeconds, say } = options;
  const startedMs = Date.now();
  const world = await startTrustDomain({ shape, say, profileFolder: options.profileFolder });
  try {
    const firstIssuedMs = Date.now() - startedMs;
    say(`${identitiesOf(shape)} identities held after ${Math.round(firstIssuedMs / 1000)} s`);
    const { url } = world.verifier.ready;
    const ratePerSecond = requestsPerSecond / world.workloads.length;
    await each(world, (workload) => workload.ask({ order: 'send', url, ratePerSecond }));
    await pause(calmSeconds * 1000);
    const ordered = await orderRotation(world, options);
    await untilReplaced(world, options);
    await pause(calmSeconds * 1000);
    return { ...(await outcomeOf(world, options, ordered)), firstIssuedMs };
  } finally {
    await world.stop();
  }
}

interface Ordered {
  readonly orderedMs: number;
  readonly issuerDoneMs: number;
  readonly before: { readonly pid: number; readonly memory: Memory }[];
}

async function orderRotation(world: TrustDomain, { publishSeconds, say }: RotationOptions): Promise<Ordered> {
  await each(world, (workload) => workload.ask({ order: 'mark' }));
  await world.verifier.ask({ order: 'mark' });
  const pids = [world.issuer, ...world.sidecars, ...world.workloads].map(({ pid }) => pid);
  const before = pids.map((pid) => ({ pid, memory: memoryOf(pid) }));
  for (const pid of pids) forgetPeak(pid);
  say(`forced rotation, published for ${publishSeconds} s ...`);
  const orderedMs = Date.now();
  await world.forceRotation(publishSeconds);
  return { orderedMs, issuerDoneMs: Date.now(), before };
}

async function untilReplaced(world: TrustDomain, { withinSeconds, say }: RotationOptions): Promise<void> {
  const endMs = Date.now() + withinSeconds * 1000;
  for (let saidMs = Date.now(); Date.now() < endMs; ) {
    const states = await each(world, (workload) => workload.ask<Progress>({ order: 'progress' }));
    const held = sum(states.map((state) => state.held));
    const replaced = sum(states.map((state) => state.replaced));
    if (replaced >= held) return;
    if (Date.now() - saidMs > 5000) {
      saidMs = Date.now();
      say(`${replaced} of ${held} replaced`);
    }
    await pause(500);
  }
  say(`given up after ${withinSeconds} s`);
}

async function outcomeOf(
  world: TrustDomain,
  { shape, publishSeconds }: RotationOptions,
  { orderedMs, issuerDoneMs, before }: Ordered,
): Promise<Omit<RotationOutcome, 'firstIssuedMs'>> {
  const reports = await each(world, (workload) => workload.ask<WorkloadReport>({ order: 'report' }));
  const verifier = await world.verifier.ask<VerifierReport>({ order: 'report' });
  const identities = identitiesOf(shape);
  // The order was to publish first: what follows is what is measured.
  const taintedMs = orderedMs + publishSeconds * 1000;
  const replacedMs = reports.flatMap((report) => report.replacedAtMs).map((atMs) => atMs - taintedMs);
  const within = (share: number) =>
    replacedMs.length < share * identities ? Number.NaN : percentile(padded(replacedMs, identities), share);
  const latenciesMs = reports.flatMap(({ requests }) => requests.latenciesMs);
  const peakOf = ({ pid }: { readonly pid: number }) => ({
    beforeMib: before.find((one) => one.pid === pid)?.memory.nowMib ?? Number.NaN,
    peakMib: memoryOf(pid).peakMib,
  });
  return {
    identities,
    issuerDoneMs: issuerDoneMs - orderedMs,
    replacedMs: { half: within(0.5), most: within(0.95), all: within(1) },
    replaced: replacedMs.length,
    sameSerial: sum(reports.map(({ sameSerial }) => sameSerial)),
    before: added(reports.map((report) => report.before)),
    after: added(reports.map(({ after }) => after)),
    updates: sum(reports.map(({ updates }) => updates)),
    requests: {
      sent: sum(reports.map(({ requests }) => requests.sent)),
      accepted: sum(reports.map(({ requests }) => requests.accepted)),
      dropped: sum(reports.map(({ requests }) => requests.dropped)),
      failed: added(reports.map(({ requests }) => requests.failed)),
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
    },
    verifier,
    streamErrors: added(reports.map(({ streamErrors }) => streamErrors)),
    memory: {
      issuer: peakOf(world.issuer),
      sidecars: world.sidecars.map(peakOf),
      workloads: world.workloads.map(peakOf),
    },
  };
}

/** Those that were never replaced come last, and never. */
function padded(values: readonly number[], count: number): number[] {
  const missing = Math.max(0, count - values.length);
  return [...values, ...Array.from({ length: missing }, () => Number.POSITIVE_INFINITY)];
}

function each<Answer>(
  { workloads }: TrustDomain,
  ask: (workload: TrustDomain['workloads'][number]) => Promise<Answer>,
): Promise<Answer[]> {
  return Promise.all(workloads.map(ask));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function added(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [key, count] of counts.flatMap((one) => Object.entries(one))) {
    total[key] = (total[key] ?? 0) + count;
  }
  return total;
}
