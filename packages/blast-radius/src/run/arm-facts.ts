import { incidentMinuteAt } from '@blastradius/kernel';
import type {
  AgentRecord,
  AttackerRecord,
  AuditRecord,
  DataApiRecord,
  IssuerRecord,
  LedgerRecord,
  WorldRecord,
} from '@blastradius/ledger';
import type { ArmManifest } from './run-manifest.ts';

type AtMinute<R> = R & { readonly minute: number };

/** The ledgers of one arm, taken apart, in the order of time, with incident minutes. */
export interface ArmFacts {
  readonly run: ArmManifest;
  readonly attacker: readonly AtMinute<AttackerRecord>[];
  readonly honest: readonly AtMinute<AgentRecord>[];
  readonly dataApi: readonly AtMinute<DataApiRecord>[];
  readonly audit: readonly AtMinute<AuditRecord>[];
  readonly issuer: readonly AtMinute<IssuerRecord>[];
  readonly world: readonly AtMinute<WorldRecord>[];
  /** Agents for which the load generator sent; the population doesn't hold them. */
  readonly loadAgents: ReadonlySet<string>;
  /** A request that was sent twice under one id has two entries. */
  readonly auditByRequestId: ReadonlyMap<string, readonly AtMinute<AuditRecord>[]>;
}

/** All agents of the network that a thief may turn on: the population, and those that put load on it. */
export function countAgents({ run, loadAgents }: ArmFacts): number {
  return run.agents + loadAgents.size;
}

export function gatherFacts(run: ArmManifest, records: readonly LedgerRecord[]): ArmFacts {
  const timed = records
    .map((record) => ({ ...record, minute: incidentMinuteAt(run.clock, record.atMs) }))
    .sort((a, b) => a.atMs - b.atMs);
  const audit = timed.filter((record) => record.ledger === 'audit');
  const honest = timed.filter((record) => record.ledger === 'agents');
  return {
    run,
    attacker: timed.filter((record) => record.ledger === 'attacker'),
    honest,
    dataApi: timed.filter((record) => record.ledger === 'data-api'),
    audit,
    issuer: timed.filter((record) => record.ledger === 'issuer'),
    world: timed.filter((record) => record.ledger === 'world'),
    loadAgents: new Set(honest.filter(({ hosting }) => hosting === 'load').map(({ agent }) => agent)),
    auditByRequestId: Map.groupBy(audit, (record) => record.requestId),
  };
}
