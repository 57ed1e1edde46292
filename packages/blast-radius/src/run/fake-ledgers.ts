import { wallMsAt } from '@blastradius/kernel';
import type {
  AgentRecord,
  AttackerRecord,
  AuditRecord,
  IssuerRecord,
  LedgerRecord,
  WorldRecord,
} from '@blastradius/ledger';
import { type ArmFacts, gatherFacts } from './arm-facts.ts';
import type { ArmManifest } from './run-manifest.ts';

/** For tests: records by incident minute, with everything that a test doesn't care about filled in. */
type Fake<R> = Partial<R> & { minute: number };

export const fakeRun: ArmManifest = {
  clock: { startedAtMs: 1_769_900_000_000, startMinute: -60, timeScale: 480 },
  endMinute: 480,
  agents: 3,
  processAgents: 1,
  multiplexedAgents: 2,
  leakMinute: -30,
  fixes: [{ id: 'fix-1', title: 'Fix 1', minute: 83 }],
  holeClosedMinute: 83,
  resetMinute: 300,
};

export function fakeFacts(records: readonly LedgerRecord[], run: Partial<ArmManifest> = {}): ArmFacts {
  return gatherFacts({ ...fakeRun, ...run }, records);
}

const at = (minute: number) => wallMsAt(fakeRun.clock, minute);
let nextId = 0;

/** A forged post with a static key, accepted, unless told otherwise. */
export function fakeAttempt({ minute, ...rest }: Fake<AttackerRecord>): AttackerRecord {
  return {
    ledger: 'attacker',
    atMs: at(minute),
    requestId: `attempt-${nextId++}`,
    step: 'impersonate',
    technique: 'T1078',
    vector: 'stolen-credential',
    action: 'post',
    forges: true,
    victim: 'Ada',
    presented: 'static-key',
    outcome: 'accepted',
    status: 201,
    ...rest,
  };
}

export function fakeHonest({ minute, ...rest }: Fake<AgentRecord>): AgentRecord {
  return {
    ledger: 'agents',
    atMs: at(minute),
    requestId: `honest-${nextId++}`,
    agent: 'Ada',
    hosting: 'multiplexed',
    action: 'read-feed',
    outcome: 'accepted',
    status: 200,
    latencyMs: 5,
    ...rest,
  };
}

/** The network's own record of a request. */
export function fakeAudit(of: AttackerRecord | AgentRecord, rest: Partial<AuditRecord> = {}): AuditRecord {
  return {
    ledger: 'audit',
    atMs: of.atMs,
    requestId: of.requestId,
    method: 'POST',
    route: '/api/v1/posts',
    decision: of.outcome === 'accepted' ? 'allowed' : 'denied',
    reason: of.outcome === 'accepted' ? 'ok' : 'admission.unknown-key',
    agent: of.ledger === 'agents' ? of.agent : of.victim,
    credentialId: 'aaaaaaaaaaaaaaaa',
    spiffeId: null,
    certificateSerial: null,
    sourceAddress: '127.0.0.1',
    sourcePort: 50_000,
    status: of.status ?? 0,
    ...rest,
  };
}

export function fakeWorld({ minute, ...rest }: Fake<WorldRecord>): WorldRecord {
  return {
    ledger: 'world',
    atMs: at(minute),
    event: 'credential-reset',
    subject: 'Ada',
    detail: '',
    ...rest,
  };
}

export function fakeIssued({ minute, ...rest }: Fake<IssuerRecord>): IssuerRecord {
  return {
    ledger: 'issuer',
    kind: 'x509',
    atMs: at(minute),
    event: 'svid-issued',
    spiffeId: 'spiffe://moltbook.test/agent/Ada',
    serial: '01',
    policyId: 'agents',
    reason: 'ok',
    ...rest,
  };
}
