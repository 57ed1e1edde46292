import {
  buildReport,
  type computeArm,
  type LoadRun,
  type Report,
  runManifest,
} from '@blastradius/blast-radius';
import { createRandom, type Random, wallMsAt } from '@blastradius/kernel';
import { createLifePlan } from '../life/create-life-plan.ts';
import type { Scenario } from '../loading/load-scenario.ts';
import { createPopulation } from '../population/create-population.ts';
import { planOwnerReturn } from '../recovery/plan-owner-return.ts';

type LedgerRecord = Parameters<typeof computeArm>[1][number];
type AttackerRecord = Extract<LedgerRecord, { ledger: 'attacker' }>;

/** For tests of the report's looks: ledgers made up along the scenario, computed like real ones. */
export function fakeReport(scenario: Scenario, agents = 100, loadRun?: LoadRun): Report {
  const { clock, timeScale, timeline } = scenario;
  const fixes = timeline.flatMap(({ event, id, title, minute }) =>
    event === 'fix' && id ? [{ id, title, minute }] : [],
  );
  const arm = {
    clock: { startedAtMs: Date.UTC(2026, 10, 24), startMinute: clock.startMinute, timeScale },
    endMinute: clock.endMinute,
    agents,
    processAgents: 6,
    multiplexedAgents: agents - 6,
    leakMinute: -29.4,
    fixes,
    leak: scenario.attack.leak,
    holeClosedMinute: 83,
    resetMinute: 300,
  };
  const manifest = runManifest.parse({
    schemaVersion: 1,
    scenario: { name: scenario.name, title: scenario.title },
    seed: scenario.seed,
    timeScale,
    startedAt: '2026-11-24T00:00:00.000Z',
    host: { cpus: 2, memoryBytes: 8 * 2 ** 30, node: 'v24.21.0', platform: 'linux x64' },
    arms: {
      'static-key': { ...arm, arm: 'static-key' },
      'x509-svid': { ...arm, arm: 'x509-svid', resetMinute: null },
    },
    hypotheses: scenario.hypotheses,
    timeline: timeline.map(({ minute, event, title }) => ({ minute, event, title })),
    parameters: scenario.provenance,
  });
  const ledgers = {
    'static-key': fakeLedgers(scenario, agents, true),
    'x509-svid': fakeLedgers(scenario, agents, false),
  };
  return buildReport(manifest, ledgers, loadRun);
}

function fakeLedgers(scenario: Scenario, agents: number, isStatic: boolean): LedgerRecord[] {
  const population = createPopulation(scenario, { seed: scenario.seed, agents });
  const clock = { startedAtMs: Date.UTC(2026, 10, 24), startMinute: -60, timeScale: scenario.timeScale };
  const at = (minute: number) => wallMsAt(clock, minute);
  const random = createRandom(`report/${isStatic}`);
  const records: LedgerRecord[] = [];
  const backAt = new Map(
    planOwnerReturn(scenario, population, scenario.seed).map((r) => [
      r.agent,
      isStatic ? 300 + r.minutesAfterReset : 0,
    ]),
  );
  for (const [i, action] of createLifePlan(scenario, population, scenario.seed).entries()) {
    const isAway = isStatic && action.atMinute > 300 && action.atMinute < (backAt.get(action.agent) ?? 0);
    const shared = { atMs: at(action.atMinute), requestId: `honest-${i}` };
    records.push({
      ...shared,
      ledger: 'agents',
      agent: action.agent,
      hosting: 'multiplexed',
      action: action.kind,
      outcome: isAway ? 'refused' : 'accepted',
      status: isAway ? 401 : 200,
      latencyMs: random.logNormal(isStatic ? 6 : 7, 0.6),
    });
    records.push(audit(shared, action.agent, isAway ? 401 : 200, isStatic));
  }
  for (const { name } of population.agents) {
    if (isStatic)
      records.push({
        ledger: 'world',
        atMs: at(300 + random.next() * 3),
        event: 'credential-reset',
        subject: name,
        detail: '',
      });
    else for (let minute = -60; minute < 480; minute += 30) records.push(issued(at(minute), name));
  }
  const victims = population.agents.map(({ name }) => name);
  return [...records, ...fakeAttack(random, victims, isStatic, at)];
}

function fakeAttack(
  random: Random,
  victims: readonly string[],
  isStatic: boolean,
  at: (minute: number) => number,
) {
  const records: LedgerRecord[] = [harvest(at(-29.4), victims, isStatic)];
  const tries = isStatic
    ? (['static-key'] as const)
    : (['spiffe-id-as-name', 'rogue-ca-certificate', 'nothing', 'expired-svid'] as const);
  for (const victim of victims) {
    for (let minute = -29 + random.logNormal(2, 1.1); minute < 480; minute += random.exponential(30)) {
      const isAccepted = isStatic && minute < 301 && random.next() > 0.04;
      const shared = { atMs: at(minute), requestId: `forged-${victim}-${minute}` };
      const status = isAccepted ? 201 : 401;
      records.push(
        attempt({
          ...shared,
          victim,
          presented: random.pick(tries),
          outcome: isAccepted ? 'accepted' : 'refused',
          status,
        }),
      );
      records.push(audit(shared, victim, status, isStatic));
    }
  }
  for (let minute = -25; minute < 480; minute += 5) {
    records.push(
      attempt({
        atMs: at(minute),
        requestId: `hole-${minute}`,
        vector: 'hole',
        action: 'write',
        victim: random.pick(victims),
        presented: 'publishable-key',
        outcome: minute < 158 ? 'accepted' : 'refused',
        status: 204,
      }),
    );
  }
  return records;
}

function attempt(rest: Partial<AttackerRecord> & { atMs: number; requestId: string }): AttackerRecord {
  return {
    ledger: 'attacker',
    step: 'impersonate',
    technique: 'T1078',
    vector: 'stolen-credential',
    action: 'post',
    forges: true,
    victim: null,
    presented: 'nothing',
    outcome: 'refused',
    status: null,
    ...rest,
  };
}

function harvest(atMs: number, victims: readonly string[], isStatic: boolean): AttackerRecord {
  const thirdPartySecrets = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff', '1111'];
  const loot = {
    credentialsOf: isStatic ? [...victims] : [],
    privateMessages: 46,
    thirdPartySecrets,
    emails: 131,
  };
  const shared = { atMs, requestId: 'harvest', vector: 'hole', action: 'read', forges: false } as const;
  return attempt({
    ...shared,
    presented: 'publishable-key',
    outcome: 'accepted',
    status: 200,
    rows: 700,
    loot,
  });
}

function audit(
  of: { atMs: number; requestId: string },
  agent: string,
  status: number,
  isStatic: boolean,
): LedgerRecord {
  return {
    ...of,
    ledger: 'audit',
    method: 'POST',
    route: '/api/v1/posts',
    decision: status < 400 ? 'allowed' : 'denied',
    reason: status < 400 ? 'ok' : 'admission.refused',
    agent,
    credentialId: isStatic ? `key of ${agent}` : of.requestId.startsWith('forged') ? 'a name' : null,
    spiffeId: isStatic ? null : `spiffe://moltbook.test/agent/${agent}`,
    certificateSerial: null,
    sourceAddress: '127.0.0.1',
    sourcePort: 40_000,
    status,
  };
}

function issued(atMs: number, agent: string): LedgerRecord {
  const spiffeId = `spiffe://moltbook.test/agent/${agent}`;
  return {
    ledger: 'issuer',
    kind: 'x509',
    atMs,
    event: 'svid-issued',
    spiffeId,
    serial: '01',
    policyId: 'agents',
    reason: 'ok',
  };
}
