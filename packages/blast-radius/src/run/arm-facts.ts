import { incidentMinuteAt } from '@blastradius/kernel';
import type {
  AgentRecord,
  AttackerRecord,
  AuditRecord,
  DataApiRecord,
  IssuerRecord,
  LedgerRecord,
  SidecarRecord,
  VaultRecord,
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
  readonly sidecar: readonly AtMinute<SidecarRecord>[];
  readonly vault: readonly AtMinute<VaultRecord>[];
  readonly world: readonly AtMinute<WorldRecord>[];
  /** Agents for which the load generator sent; the population doesn't hold them. */
  readonly loadAgents: ReadonlySet<string>;
  /** A request that was sent twice under one id has two entries. */
  readonly auditByRequestId: ReadonlyMap<string, readonly AtMinute<AuditRecord>[]>;
}

/**
 * What an agent was talked into is the thief's deed, done by the victim itself: the ledger of the agents is its
 * only witness beside the audit.
 */
function asForged({ action, agent, gaveAway, ...record }: AtMinute<AgentRecord>): AtMinute<AttackerRecord> {
  const { atMs, minute, requestId, outcome, status } = record;
  const thirdPartySecrets = gaveAway !== undefined && outcome === 'accepted' ? [gaveAway] : [];
  return {
    ledger: 'attacker',
    atMs,
    minute,
    requestId,
    step: 'talk-into',
    technique: 'AML.T0051.001',
    vector: 'confused-agent',
    action: action === 'post' ? 'post' : 'dm',
    forges: true,
    victim: agent,
    presented: 'own-identity',
    outcome,
    status,
    loot: { credentialsOf: [], privateMessages: 0, thirdPartySecrets, emails: 0 },
  };
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
  const own = timed.filter((record) => record.ledger === 'agents');
  const honest = own.filter(({ talkedIntoBy }) => talkedIntoBy === undefined);
  const confused = own.filter(({ talkedIntoBy }) => talkedIntoBy !== undefined).map(asForged);
  return {
    run,
    attacker: [...timed.filter((record) => record.ledger === 'attacker'), ...confused].sort(
      (a, b) => a.atMs - b.atMs,
    ),
    honest,
    dataApi: timed.filter((record) => record.ledger === 'data-api'),
    audit,
    issuer: timed.filter((record) => record.ledger === 'issuer'),
    sidecar: timed.filter((record) => record.ledger === 'sidecar'),
    vault: timed.filter((record) => record.ledger === 'vault'),
    world: timed.filter((record) => record.ledger === 'world'),
    loadAgents: new Set(honest.filter(({ hosting }) => hosting === 'load').map(({ agent }) => agent)),
    auditByRequestId: Map.groupBy(audit, (record) => record.requestId),
  };
}
