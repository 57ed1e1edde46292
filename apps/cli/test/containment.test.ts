import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runManifest } from '@blastradius/blast-radius';
import { incidentMinuteAt } from '@blastradius/kernel';
import { createPopulation, findScenario, loadScenario } from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';
import { expect, onTestFinished, test } from 'vitest';
import { armOf, play } from './run-world.ts';

const ARM = 'x509-svid';
const AGENTS = 10;
const SEED = 'containment';
const CONTAINED_MINUTE = 30;
const SVID_TTL_MINUTES = 60;
const END_MINUTE = 115;

/** `issuer-key-stolen`, but for what the operators do when they learn of it. */
async function playWith(containment: string, leakVector: 'issuer-signing-key' | 'open-database') {
  const folder = mkdtempSync(join(tmpdir(), 'blastradius-containment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const original = loadScenario(findScenario('issuer-key-stolen', findRoot()));
  cpSync(original.folder, folder, { recursive: true });
  const text = readFileSync(original.file, 'utf8')
    .replace('action: revoke-authority', containment)
    .replace('endMinute: { value: 95', `endMinute: { value: ${END_MINUTE}`);
  writeFileSync(join(folder, 'scenario.yaml'), text);
  const scenario = loadScenario(join(folder, 'scenario.yaml'));
  expect(scenario.timeline.find(({ event }) => event === 'contain')?.minute).toBe(CONTAINED_MINUTE);
  expect(scenario.identity.svidTtlMinutes).toBe(SVID_TTL_MINUTES);
  const played = await play({
    scenario,
    arms: [ARM],
    agents: AGENTS,
    seed: SEED,
    timeScale: 300,
    leakVector,
  });
  const manifest = runManifest.parse(JSON.parse(readFileSync(join(played.folder, 'run.json'), 'utf8')));
  const run = manifest.arms[ARM];
  if (!run) throw new RangeError('no such arm was played');
  const records = played
    .ledgers(ARM)
    .map((record) => ({ ...record, minute: incidentMinuteAt(run.clock, record.atMs) }));
  const done = records.find((record) => record.ledger === 'world' && record.event === 'containment-finished');
  expect(done).toMatchObject({ detail: 'done' });
  return {
    result: armOf(played.report, ARM),
    names: createPopulation(scenario, { seed: SEED, agents: AGENTS }).agents.map(({ name }) => name),
    doneMinute: done?.minute ?? Number.NaN,
    honest: records.flatMap((record) => (record.ledger === 'agents' ? [record] : [])),
    issuer: records.flatMap((record) => (record.ledger === 'issuer' ? [record] : [])),
  };
}

// Worlds live in real time: what a starved machine refutes is played once more, and has to hold then.
const options = { retry: 1, timeout: 180_000 };

test(
  'a forced rotation gives every agent a new SVID and costs the honest next to nothing, and a stolen signing key is believed as before',
  options,
  async () => {
    const { result, names, issuer } = await playWith('action: force-rotation', 'issuer-signing-key');
    const activated = issuer.find(
      ({ event, kind, minute }) =>
        event === 'authority-activated' && kind === 'x509' && minute >= CONTAINED_MINUTE,
    );
    const from = activated?.minute ?? Number.NaN;
    const isRenewed = (agent: string) =>
      issuer.some(
        ({ event, spiffeId, minute }) =>
          event === 'svid-issued' &&
          spiffeId?.endsWith(`/${agent}`) &&
          minute >= from &&
          minute < from + SVID_TTL_MINUTES / 2,
      );
    expect(names.filter((agent) => !isRenewed(agent))).toEqual([]);
    expect(result.honestRequests.acceptedShare).toBeGreaterThan(0.95);
    expect(result.credentialsAcceptedAtLastTry).toBe(AGENTS);
  },
);

test(
  'an agent whose entry is denied gets no further SVID and is out when its last one ends; the others live on',
  options,
  async () => {
    const denied = 3;
    const { names, honest, issuer, doneMinute } = await playWith(
      `action: deny-entry\n    agents: ${denied}`,
      'open-database',
    );
    const isRenewed = (agent: string) =>
      issuer.some(
        ({ event, spiffeId, minute }) =>
          event === 'svid-issued' && spiffeId?.endsWith(`/${agent}`) && minute > doneMinute,
      );
    const [without, others] = [names.slice(0, denied), names.slice(denied)];
    expect(names.filter(isRenewed)).toEqual(others);
    const sentLate = (whose: readonly string[]) =>
      honest.filter(({ agent, minute }) => whose.includes(agent) && minute > doneMinute + SVID_TTL_MINUTES);
    expect(sentLate(without).length).toBeGreaterThan(0);
    expect(sentLate(without).filter(({ outcome }) => outcome === 'accepted')).toEqual([]);
    const late = sentLate(others);
    expect(late.filter(({ outcome }) => outcome === 'accepted').length / late.length).toBeGreaterThan(0.9);
  },
);
