import type {
  AuditRecord,
  DataApiRecord,
  IssuerRecord,
  LedgerRecord,
  SidecarRecord,
  VaultRecord,
} from '@blastradius/ledger';
import { describe, expect, it } from 'vitest';
import type { ArmFacts } from '../run/arm-facts.ts';
import { fakeAttempt, fakeAudit, fakeFacts, fakeHonest, fakeIssued, fakeWorld } from '../run/fake-ledgers.ts';
import type { OperatorsView } from './detection.ts';
import type { DetectionId } from './detection-id.ts';
import { detections } from './detections.ts';

const mine = 'spiffe://moltbook.test/agent/Ada';

const seen = (minute: number, rest: Partial<AuditRecord> = {}) => fakeAudit(fakeHonest({ minute }), rest);
const refused = (minute: number, reason: string) =>
  fakeAudit(fakeHonest({ minute, outcome: 'refused', status: 401 }), { reason, agent: null });
const token = (minute: number, credentialId: string) =>
  seen(minute, { spiffeId: mine, credentialId, certificateSerial: null });
const certificate = (minute: number, certificateSerial: string) =>
  seen(minute, { spiffeId: mine, credentialId: certificateSerial, certificateSerial });
const issued = (minute: number, rest: Partial<IssuerRecord> = {}) => fakeIssued({ minute, ...rest });
const asked = (minute: number, rest: Partial<DataApiRecord> = {}): DataApiRecord => ({
  ledger: 'data-api',
  atMs: fakeHonest({ minute }).atMs,
  requestId: `asked-${minute}`,
  method: 'GET',
  table: 'posts',
  role: 'anon',
  status: 200,
  sourceAddress: '127.0.0.1',
  ...rest,
});

const refusedCall = (minute: number, reason: string): SidecarRecord => ({
  ledger: 'sidecar',
  atMs: fakeHonest({ minute }).atMs,
  method: '/SpiffeWorkloadAPI/FetchX509SVID',
  reason,
  pid: 4711,
});
const fromVault = (minute: number, status: number, path: string, role: string | null): VaultRecord => ({
  ledger: 'vault',
  atMs: fakeHonest({ minute }).atMs,
  requestId: `vault-${minute}`,
  method: 'GET',
  path,
  role,
  status,
  sourcePort: 50_000,
});

interface Lives {
  /** Nothing is wrong. */
  readonly honest: readonly LedgerRecord[];
  /** Something is, and it is told by the last of the records. */
  readonly wrong: readonly LedgerRecord[];
}

const honestLife = [
  seen(0, { sourcePort: 1 }),
  seen(1, { sourcePort: 1 }),
  seen(2, { sourcePort: 2 }),
  seen(2, { sourcePort: 9, agent: 'Bob', credentialId: 'bbbbbbbbbbbbbbbb' }),
];

const lives: Readonly<Record<DetectionId, Lives>> = {
  'interleaved-connections': {
    honest: [
      // A connection ends, and much later another client is given its port.
      ...honestLife,
      seen(200, { sourcePort: 1 }),
      seen(201, { sourcePort: 0 }),
      seen(202, { sourcePort: 1 }),
      seen(203, { sourcePort: 0 }),
    ],
    wrong: [seen(0, { sourcePort: 1 }), seen(1, { sourcePort: 2 }), seen(2, { sourcePort: 1 })],
  },
  'connection-of-many': {
    honest: [
      ...honestLife,
      seen(200, { sourcePort: 1, agent: 'Bob' }),
      seen(201, { sourcePort: 0 }),
      seen(202, { sourcePort: 0, agent: 'Bob' }),
    ],
    wrong: [seen(0, { sourcePort: 1 }), seen(1, { sourcePort: 1, agent: 'Bob' })],
  },
  'unissued-certificate': {
    honest: [issued(0, { serial: '01' }), certificate(1, '01'), certificate(90, '01')],
    wrong: [issued(0, { serial: '01' }), certificate(1, '01'), certificate(2, 'ff')],
  },
  'more-tokens-than-issued': {
    honest: [
      issued(0, { kind: 'jwt', serial: 'a' }),
      token(1, 'one'),
      token(2, 'one'),
      issued(3, { kind: 'jwt', serial: 'b' }),
      token(4, 'two'),
    ],
    wrong: [issued(0, { kind: 'jwt', serial: 'a' }), token(1, 'one'), token(2, 'forged')],
  },
  'refused-proof': { honest: honestLife, wrong: [...honestLife, refused(3, 'admission.untrusted-proof')] },
  'made-up-credential': {
    honest: honestLife,
    wrong: [...honestLife, refused(3, 'admission.untrusted-certificate')],
  },
  'foreign-identity': {
    honest: honestLife,
    wrong: [...honestLife, refused(3, 'admission.foreign-identity')],
  },
  'ended-credential': { honest: honestLife, wrong: [...honestLife, refused(3, 'admission.expired-svid')] },
  'unknown-key': { honest: honestLife, wrong: [...honestLife, refused(3, 'admission.unknown-key')] },
  'retired-agent-seen': {
    honest: [
      seen(0),
      fakeWorld({ minute: 1, event: 'agent-retired', subject: 'Ada' }),
      seen(2, { agent: 'Bob' }),
    ],
    wrong: [seen(0), fakeWorld({ minute: 1, event: 'agent-retired', subject: 'Ada' }), seen(2)],
  },
  'open-table-read': {
    honest: [
      asked(0),
      asked(1, { table: 'agents', role: 'caller' }),
      asked(2, { table: 'agents', status: 401 }),
    ],
    wrong: [asked(0), asked(1, { table: 'agents' })],
  },
  'open-table-write': {
    honest: [asked(0), asked(1, { method: 'PATCH', role: 'service_role' })],
    wrong: [asked(0), asked(1, { method: 'PATCH' })],
  },
  'unknown-workload': {
    honest: [refusedCall(0, 'issuer.unavailable'), refusedCall(1, 'attestation.process-gone')],
    wrong: [refusedCall(0, 'issuer.unavailable'), refusedCall(1, 'workload-api.no-identity')],
  },
  'refused-at-vault': {
    honest: [
      fromVault(0, 200, 'auth/approle/login', null),
      fromVault(1, 404, 'secret/data/agents/Ada', 'agent-host'),
      fromVault(2, 403, 'secret/data/agents/Ada', null),
    ],
    wrong: [
      fromVault(0, 200, 'auth/approle/login', null),
      fromVault(1, 403, 'secret/data/agents/Bob', 'agent-host'),
    ],
  },
  'refused-at-issuer': {
    honest: [issued(0)],
    wrong: [issued(0), issued(1, { event: 'svid-refused', reason: 'no policy' })],
  },
};

function viewOf(facts: ArmFacts): OperatorsView {
  const retired = facts.world.flatMap(({ event, subject, minute }) =>
    event === 'agent-retired' ? [[subject ?? '', minute] as const] : [],
  );
  const { audit, issuer, dataApi, sidecar, vault } = facts;
  return { audit, issuer, dataApi, sidecar, vault, retired: new Map(retired) };
}

describe.each(detections.map((detection) => [detection.id, detection] as const))('%s', (id, detection) => {
  it('says nothing of an honest life', () => {
    expect(detection.watch(viewOf(fakeFacts(lives[id].honest)))).toEqual([]);
  });

  it('tells by the record that should have told', () => {
    const alarms = detection.watch(viewOf(fakeFacts(lives[id].wrong)));
    const last = lives[id].wrong.at(-1);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.minute).toBeCloseTo(
      fakeFacts(last ? [last] : []).run.clock.startMinute + minutesOf(last),
      6,
    );
    if (last && 'requestId' in last) expect(alarms[0]?.recordId).toBe(last.requestId);
  });

  it('says the same whatever the thief and the agents have written down', () => {
    const wrong = lives[id].wrong;
    const witnesses = [fakeAttempt({ minute: 2 }), fakeHonest({ minute: 2 })];
    expect(detection.watch(viewOf(fakeFacts([...wrong, ...witnesses])))).toEqual(
      detection.watch(viewOf(fakeFacts(wrong))),
    );
  });
});

function minutesOf(record: LedgerRecord | undefined): number {
  const { clock } = fakeFacts([]).run;
  return (((record?.atMs ?? 0) - clock.startedAtMs) / 60_000) * clock.timeScale;
}

describe('more tokens than were issued', () => {
  const [detection] = detections.filter(({ id }) => id === 'more-tokens-than-issued');

  it('counts access tokens where there are any: the network does not see the SVIDs they were given for', () => {
    const records = [
      issued(0, { kind: 'jwt', serial: 'a' }),
      issued(0, { kind: 'access-token', event: 'access-token-issued', serial: 'b' }),
      token(1, 'one'),
      token(2, 'forged'),
    ];
    expect(detection?.watch(viewOf(fakeFacts(records)))).toHaveLength(1);
  });

  it('leaves certificates to those who know their serials', () => {
    expect(detection?.watch(viewOf(fakeFacts([certificate(1, 'ff')])))).toEqual([]);
  });
});
