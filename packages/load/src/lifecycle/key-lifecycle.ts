import { setTimeout as pause } from 'node:timers/promises';
import { streamLedger } from '@blastradius/ledger';
import type { AuthorityOperator } from '@blastradius/stack';
import { countReplaced } from '../block/forced-rotation.ts';
import type { Probe } from './probe.ts';
import { type SvidKind, svidKinds } from './probe-messages.ts';

/** When a key set took each step; epoch milliseconds. */
export interface KeySetLife {
  readonly kind: SvidKind;
  readonly preparedMs: number;
  /** The thief has what the old key signed, and it was accepted. */
  readonly stolenMs: number;
  readonly activatedMs: number;
  readonly taintedMs: number;
  /** Nothing that the tainted key signed is held any more, by the issuer's ledger. */
  readonly replacedMs: number;
  readonly revokedMs: number;
  /** SVIDs that were held when the key was tainted. */
  readonly svids: number;
}

interface LifecycleOptions {
  readonly operator: AuthorityOperator;
  readonly probe: Probe;
  readonly ledgerFolder: string;
  readonly signal: AbortSignal;
}

/** The standard advises three to five refresh hints between publishing a key and using it (SPIFFE Federation, 5.2.1). */
const hintsPublished = 3;
/** For those who are slow to follow; what they still show would be refused. */
const hintsSettling = 1;
/** How long the thief goes on after the revocation. */
const hintsWatched = 2;
const watchedMsMax = 30_000;
const replacedWithinMs = 60_000;

/** So long one run takes at the least, all key sets in turn. */
export function lifecycleSecondsMin(refreshHintSeconds: number): number {
  const each = (hintsPublished + hintsSettling + hintsWatched) * refreshHintSeconds + 3;
  return Math.ceil(svidKinds.length * each);
}

/** Each key set in turn: prepared, activated, tainted, and revoked once nothing that it has signed is held. */
export async function playKeyLifecycle(options: LifecycleOptions): Promise<KeySetLife[]> {
  const lives: KeySetLife[] = [];
  for (const kind of svidKinds) lives.push(await playOne(kind, options));
  return lives;
}

async function playOne(kind: SvidKind, options: LifecycleOptions): Promise<KeySetLife> {
  const { operator, probe, signal } = options;
  const hintMs = operator.refreshHintSeconds * 1000;
  const wait = (ms: number) => pause(ms, undefined, { signal });
  const step = async (name: Parameters<AuthorityOperator['order']>[0]) => {
    await operator.order(name, kind);
    return Date.now();
  };
  const preparedMs = await step('prepare');
  await probe.steal(kind);
  const stolenMs = Date.now();
  await wait(hintsPublished * hintMs);
  const activatedMs = await step('activate');
  const taintedMs = await step('taint');
  const svids = await untilReplaced({ ...options, kind, preparedMs });
  const replacedMs = Date.now();
  await wait(hintsSettling * hintMs);
  const revokedMs = await step('revoke');
  await wait(hintsWatched * hintMs);
  await untilRefused(kind, options);
  await probe.giveUp(kind);
  return { kind, preparedMs, stolenMs, activatedMs, taintedMs, replacedMs, revokedMs, svids };
}

/** Where it takes longer than it should, how much longer is to be known. */
async function untilRefused(kind: SvidKind, { probe, signal }: LifecycleOptions): Promise<void> {
  for (const endMs = Date.now() + watchedMsMax; Date.now() < endMs; ) {
    const { thefts } = await probe.progress();
    const isOver = thefts.every((theft) => theft.kind !== kind || theft.refusedSinceMs !== null);
    if (isOver) return;
    await pause(500, undefined, { signal });
  }
}

/** By the issuer's ledger. JWT-SVIDs are not held but asked for: there the sidecar has to hear of the taint. */
async function untilReplaced(options: LifecycleOptions & { kind: SvidKind; preparedMs: number }) {
  const { kind, preparedMs, operator, ledgerFolder, signal } = options;
  if (kind === 'jwt') {
    await pause(operator.refreshHintSeconds * 1000, undefined, { signal });
    return 0;
  }
  const endMs = Date.now() + replacedWithinMs;
  for (;;) {
    const records = [...streamLedger(ledgerFolder, 'issuer')];
    const { svidsReplaced, svidsTotal } = countReplaced(records, preparedMs, kind);
    if (svidsReplaced >= svidsTotal || Date.now() > endMs) return svidsTotal;
    await pause(1000, undefined, { signal });
  }
}
