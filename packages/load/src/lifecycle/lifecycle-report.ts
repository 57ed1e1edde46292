import { join } from 'node:path';
import { type AgentRecord, streamLedger } from '@blastradius/ledger';
import type { KeySetLife } from './key-lifecycle.ts';
import type { HonestUses, ProbeReport, TheftAttempts } from './probe-messages.ts';

export interface VerifiedTheft extends TheftAttempts {
  /** From the revocation to its last acceptance; below zero where that came before, null where it was never accepted. */
  readonly acceptedAfterRevocationMs: number | null;
  readonly acceptedBeforeRevocation: boolean;
  /** Refused by the refresh hint after the revocation, and from then on. */
  readonly refusedInTime: boolean;
}

export interface HonestFailures {
  readonly sent: number;
  readonly failed: number;
  /** By who sent it and what came: `load 401`. */
  readonly causes: Readonly<Record<string, number>>;
}

/** `key-lifecycle.json` beside the ledgers of a world. */
export interface LifecycleReport {
  readonly refreshHintSeconds: number;
  readonly lives: readonly KeySetLife[];
  readonly thefts: readonly VerifiedTheft[];
  /** Requests to the network while the key sets went through their lives, by agents with X509-SVIDs. */
  readonly x509: HonestFailures;
  readonly jwt: HonestFailures;
  readonly wit: HonestFailures;
  /** Whether k6 went on until the last key was revoked. */
  readonly underLoad: boolean;
}

export const lifecycleFile = (armFolder: string): string => join(armFolder, 'key-lifecycle.json');

interface Played {
  readonly lives: readonly KeySetLife[];
  readonly refreshHintSeconds: number;
  readonly probe: ProbeReport;
  readonly ledgerFolder: string;
  readonly loadEndedMs: number;
}

export function lifecycleReport({
  lives,
  refreshHintSeconds,
  probe,
  ledgerFolder,
  loadEndedMs,
}: Played): LifecycleReport {
  const fromMs = Math.min(...lives.map(({ preparedMs }) => preparedMs));
  const lastMs = Math.max(...lives.map(({ revokedMs }) => revokedMs));
  const agents = [...streamLedger(ledgerFolder, 'agents')];
  return {
    refreshHintSeconds,
    lives,
    thefts: probe.thefts.flatMap((theft) => {
      const life = lives.find(({ kind }) => kind === theft.kind);
      return life === undefined ? [] : [judged(theft, life.revokedMs, refreshHintSeconds)];
    }),
    x509: failuresOf(agents.filter(({ atMs }) => atMs >= fromMs)),
    jwt: tokenFailures(probe.honest.jwt),
    wit: tokenFailures(probe.honest.wit),
    underLoad: loadEndedMs >= lastMs,
  };
}

/** Pure. */
export function judged(theft: TheftAttempts, revokedMs: number, refreshHintSeconds: number): VerifiedTheft {
  const { firstAcceptedAtMs, lastAcceptedAtMs, refusedSinceMs } = theft;
  const after = lastAcceptedAtMs === null ? null : lastAcceptedAtMs - revokedMs;
  return {
    ...theft,
    acceptedAfterRevocationMs: after,
    acceptedBeforeRevocation: firstAcceptedAtMs !== null && firstAcceptedAtMs < revokedMs,
    refusedInTime: refusedSinceMs !== null && after !== null && after <= refreshHintSeconds * 1000,
  };
}

function failuresOf(records: readonly AgentRecord[]): HonestFailures {
  const failed = records.filter(({ outcome }) => outcome !== 'accepted');
  return {
    sent: records.length,
    failed: failed.length,
    causes: counted(
      failed.map(({ hosting, status, error }) => `${hosting} ${status ?? error ?? 'no answer'}`),
    ),
  };
}

function tokenFailures({ sent, failed }: HonestUses): HonestFailures {
  return { sent, failed: failed.length, causes: counted(failed.map(({ cause }) => cause)) };
}

function counted(causes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const cause of causes) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}
