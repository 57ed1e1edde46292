import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPopulation, findScenario, loadScenario, orderTargets } from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeReport } from '../src/write-report.ts';
import { armOf, type Played, play } from './run-world.ts';

describe('the leak, replayed in both worlds', () => {
  let played: Played;
  beforeAll(async () => {
    played = await play();
  }, 180_000);

  test('static keys: every key is harvested, nearly every agent impersonated, until the reset and not after', () => {
    const arm = armOf(played.report, 'static-key');
    expect(arm.credentialsLeaked).toBe(arm.agents);
    expect(arm.agentsImpersonated / arm.agents).toBeGreaterThan(0.95);
    expect(arm.credentialsUsableAfterFix / arm.agents).toBeGreaterThan(0.95);
    expect(arm.forgedRequests.withStolenCredential.accepted).toBeGreaterThan(0);
    const resetMinute = arm.milestones.resetMinute ?? 0;
    const leakMinute = arm.milestones.leakMinute ?? 0;
    expect(leakMinute + (arm.exposureWindow ?? 0)).toBeGreaterThan(arm.milestones.holeClosedMinute ?? 0);
    expect(leakMinute + (arm.exposureWindow ?? 0)).toBeLessThan(resetMinute + 30);
  });

  test('X.509 identities: the same thief gets no forged request accepted, however it presents its loot', () => {
    const arm = armOf(played.report, 'x509-svid');
    expect(arm.credentialsLeaked).toBe(0);
    expect(arm.forgedRequests.withStolenCredential.attempted).toBeGreaterThan(50);
    expect(arm.forgedRequests.withStolenCredential.accepted).toBe(0);
    const tried = new Set(
      played
        .ledgers('x509-svid')
        .flatMap((record) =>
          record.ledger === 'attacker' && record.vector === 'stolen-credential' ? [record.presented] : [],
        ),
    );
    for (const presented of ['nothing', 'spiffe-id-as-name', 'rogue-ca-certificate', 'expired-svid']) {
      expect(tried).toContain(presented);
    }
  });

  test('what the scenario states holds', () => {
    expect(played.report.hypotheses.length).toBeGreaterThan(1);
    expect(played.report.hypotheses.filter(({ verdict }) => verdict !== 'held')).toEqual([]);
  });

  test('what goes through the hole goes through in both worlds', () => {
    for (const name of ['static-key', 'x509-svid'] as const) {
      const arm = armOf(played.report, name);
      expect(arm.privateMessagesRead).toBeGreaterThan(0);
      expect(arm.thirdPartySecretsFound).toBeGreaterThan(0);
      expect(arm.forgedRequests.throughHole.accepted).toBeGreaterThan(0);
      expect(arm.forgedRequests.throughHole.attempted).toBeGreaterThan(
        arm.forgedRequests.throughHole.accepted,
      );
    }
  });

  test('honest requests are accepted in the identity world, rotation included', () => {
    const arm = armOf(played.report, 'x509-svid');
    expect(arm.svidsIssued).toBeGreaterThan(arm.agents * 3);
    expect(arm.honestRequests.acceptedShare).toBeGreaterThanOrEqual(0.999);
  });

  test('after the reset agents are stranded until their owners come back; identities strand nobody', () => {
    expect(armOf(played.report, 'static-key').agentsStranded.agentMinutes).toBeGreaterThan(0);
    expect(armOf(played.report, 'x509-svid').agentsStranded.atEnd).toBe(0);
  });

  test('the thief, the agents and the audit log agree on every request', () => {
    for (const arm of Object.values(played.report.arms)) {
      expect(arm.ledgersAgree.checked).toBeGreaterThan(100);
      expect(arm.ledgersAgree.disagreements).toBe(0);
    }
  });

  test('the report computed again from the ledgers alone is the same, byte for byte', () => {
    const before = readFileSync(join(played.folder, 'report.json'), 'utf8');
    writeReport(played.folder);
    expect(readFileSync(join(played.folder, 'report.json'), 'utf8')).toBe(before);
  });

  test('the thief takes its targets in the order that the seed gives', () => {
    const scenario = loadScenario(findScenario('moltbook-key-leak', findRoot()));
    const population = createPopulation(scenario, { seed: 'test', agents: 60 });
    const expected = orderTargets(
      population.agents.map((agent) => agent.name),
      'test',
    );
    const validated = played
      .ledgers('static-key')
      .flatMap((record) => (record.ledger === 'attacker' && record.action === 'validate' ? [record] : []))
      // Written when the answer came; on a busy machine a later attempt is answered sooner.
      .sort((one, other) => one.atMs - other.atMs)
      .map(({ victim }) => victim);
    expect(validated.slice(0, 60)).toEqual(expected);
  });

  test('no ledger, log or report holds a key', () => {
    const text = [
      readFileSync(join(played.folder, 'report.json'), 'utf8'),
      readFileSync(join(played.folder, 'report.html'), 'utf8'),
      ...['agents-agent-host', 'attacker', 'audit', 'world'].map((name) =>
        readFileSync(join(played.folder, 'static-key/ledger', `${name}.jsonl`), 'utf8'),
      ),
      ...['network', 'agent-host', 'attacker', 'data-api'].map((name) =>
        readFileSync(join(played.folder, 'static-key/log', `${name}.log`), 'utf8'),
      ),
    ].join('\n');
    expect(text).not.toMatch(/moltbook_sk_[\w-]{8}|sb_publishable_FAKE|sb_secret_|PRIVATE KEY|sk-proj-/);
  });
});
