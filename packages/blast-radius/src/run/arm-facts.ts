import { incidentMinuteAt } from '@blastradius/kernel';
import type {
  AgentRecord,
  AttackerRecord,
  AuditRecord,
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
  readonly audit: readonly AtMinute<AuditRecord>[];
  readonly issuer: readonly AtMinute<IssuerRecord>[];
  readonly world: readonly AtMinute<WorldRecord>[];
  /** A request that was sent twice under one id has two entries. */
  readonly auditByRequestId: ReadonlyMap<string, readonly AtMinute<AuditRecord>[]>;
}

export function gatherFacts(run: ArmManifest, records: readonly LedgerRecord[]): ArmFacts {
  const timed = records
    .map((record) => ({ ...record, minute: incidentMinuteAt(run.clock, record.atMs) }))
    .sort((a, b) => a.atMs - b.atMs);
  const audit = timed.filter((record) => record.ledger === 'audit');
  return {
    run,
    attacker: timed.filter((record) => record.ledger === 'attacker'),
    honest: timed.filter((record) => record.ledger === 'agents'),
    audit,
    issuer: timed.filter((record) => record.ledger === 'issuer'),
    world: timed.filter((record) => record.ledger === 'world'),
    auditByRequestId: Map.groupBy(audit, (record) => record.requestId),
  };
}
