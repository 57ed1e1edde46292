import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findScenario, loadScenario } from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';
import { expect, onTestFinished, test } from 'vitest';
import { armOf, play } from './run-world.ts';

/** The incident cut short: a thief comes soon after the start, and an hour later all is over. */
function shortScenario() {
  const original = findScenario('moltbook-key-leak', findRoot());
  const folder = mkdtempSync(join(tmpdir(), 'blastradius-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(dirname(original), folder, { recursive: true });
  const numbers: Readonly<Record<string, number>> = {
    startMinute: -20,
    endMinute: 60,
    processes: 1,
    heartbeatsPerHour: 8,
    discoveryMinute: -5,
    reharvestEveryMinutes: 15,
    impersonationPerAgentPerHour: 8,
  };
  let text = readFileSync(original, 'utf8');
  for (const [name, value] of Object.entries(numbers)) {
    const shortened = text.replace(new RegExp(`(${name}:\\s+value: )-?[0-9.]+`), `$1${value}`);
    expect(shortened, name).not.toBe(text);
    text = shortened;
  }
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, text);
  return loadScenario(file);
}

test('root on the agents’ host is refused by the sidecar as itself, and gets the agents’ identities as them and from memory', {
  retry: 1,
  timeout: 300_000,
}, async () => {
  const played = await play({
    scenario: shortScenario(),
    arms: ['x509-svid'],
    agents: 6,
    timeScale: 240,
    leakVector: 'host-root',
  });
  const attempts = played
    .ledgers('x509-svid')
    .flatMap((record) => (record.ledger === 'attacker' ? [record] : []));
  const asItself = attempts.filter(({ step }) => step === 'ask-workload-api');
  expect(asItself.length).toBeGreaterThan(0);
  for (const attempt of asItself) expect(attempt).toMatchObject({ outcome: 'refused', rows: 0 });
  const asAgent = attempts.filter(({ step }) => step === 'start-agents-program');
  expect(asAgent.filter(({ outcome }) => outcome === 'accepted').length).toBeGreaterThan(0);
  const accepted = (presented: string) =>
    attempts.filter((attempt) => attempt.presented === presented && attempt.outcome === 'accepted').length;
  expect(accepted('workload-api-svid')).toBeGreaterThan(0);
  const arm = armOf(played.report, 'x509-svid');
  expect(arm.agentsImpersonated).toBeGreaterThan(1);
  expect(arm.forgedRequests.throughHole.accepted).toBe(0);
  expect(arm.ledgersAgree.disagreements).toBe(0);
});
