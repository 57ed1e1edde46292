import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arm } from '@blastradius/contracts';
import { incidentMinuteAt } from '@blastradius/kernel';
import type { LedgerRecord } from '@blastradius/ledger';
import { findScenario, loadScenario } from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armOf, type Played, play } from './run-world.ts';

const RESET_MINUTE = 200;
/** Two periods and the overlap after the last look that the thief can take before the table is closed. */
const ROTATED_AWAY_MINUTE = 150;

/** The incident with a reset soon after the last fix, and all agents in one process. */
function shortened(): string {
  const folder = mkdtempSync(join(tmpdir(), 'blastradius-other-keys-'));
  const original = loadScenario(findScenario('moltbook-key-leak', findRoot()));
  cpSync(original.folder, folder, { recursive: true });
  const text = readFileSync(original.file, 'utf8')
    .replace('minute: 300\n    event: key-reset', `minute: ${RESET_MINUTE}\n    event: key-reset`)
    .replace(/endMinute:\n {4}value: 480/, 'endMinute:\n    value: 320')
    .replace(/processes:\n {4}value: 6/, 'processes:\n    value: 0');
  writeFileSync(join(folder, 'scenario.yaml'), text);
  return folder;
}

describe('keys that are scoped, fetched from a vault, or replaced on schedule; static ones are the control', () => {
  const folder = shortened();
  let played: Played;
  beforeAll(async () => {
    played = await play({
      scenario: loadScenario(join(folder, 'scenario.yaml')),
      arms: ['static-key', 'scoped-key', 'vaulted-key', 'rotated-key'],
      agents: 8,
      timeScale: 900,
    });
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const attempts = (arm: Arm) =>
    within(played, arm).flatMap((record) => (record.ledger === 'attacker' ? [record] : []));
  const uses = (arm: Arm, fromMinute: number, untilMinute: number) =>
    attempts(arm).filter(
      ({ vector, minute }) => vector === 'stolen-credential' && minute >= fromMinute && minute < untilMinute,
    );
  const accepted = (arm: Arm, fromMinute: number, untilMinute: number) =>
    uses(arm, fromMinute, untilMinute).filter(({ outcome }) => outcome === 'accepted');
  const ownersNeeded = (arm: Arm) =>
    played
      .ledgers(arm)
      .filter((record) => record.ledger === 'world' && record.event === 'owner-reconfigured');

  test('the control: the table gives every static key away, and they are good until the reset', () => {
    expect(armOf(played.report, 'static-key').credentialsLeaked).toBe(8);
    expect(accepted('static-key', ROTATED_AWAY_MINUTE, RESET_MINUTE).length).toBeGreaterThan(0);
  });

  test('scopes: both keys of every agent lie in the table, so that the thief may do all that they may', () => {
    expect(armOf(played.report, 'scoped-key').credentialsLeaked).toBe(8);
    const shown = accepted('scoped-key', -60, RESET_MINUTE);
    expect(new Set(shown.map(({ presented }) => presented))).toEqual(new Set(['scoped-keys']));
    expect(shown.some(({ forges }) => forges)).toBe(true);
  });

  test('scopes cost the agents nothing: each request shows the key that it needs', () => {
    const refused = played
      .ledgers('scoped-key')
      .filter((record) => record.ledger === 'audit' && record.reason === 'admission.insufficient-scope');
    expect(refused).toEqual([]);
  });

  test('a vault: the table holds hashes, and nothing of it opens a door', () => {
    expect(armOf(played.report, 'vaulted-key').credentialsLeaked).toBe(0);
    expect(uses('vaulted-key', -60, 320).length).toBeGreaterThan(0);
    expect(accepted('vaulted-key', -60, 320)).toEqual([]);
  });

  test('a vault: after a reset agents come back by themselves, where the control’s wait for their owners', () => {
    expect(ownersNeeded('vaulted-key')).toEqual([]);
    const vaulted = armOf(played.report, 'vaulted-key').agentsStranded;
    const control = armOf(played.report, 'static-key').agentsStranded;
    expect(vaulted.atEnd).toBe(0);
    expect(vaulted.agentMinutes).toBeLessThan(control.agentMinutes);
    expect(honestAfterReset('vaulted-key')).toBeGreaterThan(0);
    expect(ownersNeeded('static-key').length + control.atEnd).toBeGreaterThan(0);
  });

  test('rotation: what was stolen ends by itself, before anybody has reset it', () => {
    expect(armOf(played.report, 'rotated-key').credentialsLeaked).toBe(8);
    expect(accepted('rotated-key', -60, ROTATED_AWAY_MINUTE).length).toBeGreaterThan(0);
    expect(uses('rotated-key', ROTATED_AWAY_MINUTE, RESET_MINUTE).length).toBeGreaterThan(0);
    expect(accepted('rotated-key', ROTATED_AWAY_MINUTE, RESET_MINUTE)).toEqual([]);
  });

  test('rotation: new keys reach the agents without a human, and most of what they ask is answered', () => {
    const delivered = played
      .ledgers('rotated-key')
      .filter((record) => record.ledger === 'world' && record.event === 'key-delivered');
    expect(delivered.length).toBeGreaterThanOrEqual(16);
    expect(ownersNeeded('rotated-key')).toEqual([]);
    expect(honestAfterReset('rotated-key')).toBeGreaterThan(0);
  });

  /** Honest requests that were accepted after every key had been reset. */
  const honestAfterReset = (arm: Arm) =>
    within(played, arm).filter(
      (record) =>
        record.ledger === 'agents' && record.outcome === 'accepted' && record.minute > RESET_MINUTE + 20,
    ).length;
});

function within(played: Played, arm: Arm): (LedgerRecord & { minute: number })[] {
  const { clock } = JSON.parse(readFileSync(join(played.folder, 'run.json'), 'utf8')).arms[arm];
  return played.ledgers(arm).map((record) => ({ ...record, minute: incidentMinuteAt(clock, record.atMs) }));
}
