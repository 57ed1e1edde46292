import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPopulation, findScenario, loadScenario } from '@blastradius/scenario';
import { expect, test } from 'vitest';
import { findRoot } from '../embedded/app-entries.ts';
import { runEnvironment } from './run-environment.ts';

const scenario = loadScenario(findScenario('moltbook-key-leak', findRoot()));
const setting = {
  arm: 'x509-svid',
  scenario,
  scenarioFile: scenario.file,
  seed: 'test',
  timeScale: 240,
  population: createPopulation(scenario, { seed: 'test', agents: 20 }),
  ledgerFolder: '/ledger',
  logFolder: '/log',
  leak: 'on',
  leakVector: 'open-database',
  record: () => {},
} as const;

test('docker-compose.yml takes every setting of a run', () => {
  const file = readFileSync(join(findRoot(), 'docker-compose.yml'), 'utf8');
  for (const name of Object.keys(runEnvironment(setting, '_run_1'))) expect(file).toContain(`\${${name}:-`);
});

test('lifetimes shrink with time, and a run has a world of its own', () => {
  expect(runEnvironment(setting, '_run_1')).toMatchObject({
    WORLD: '_run_1',
    FLEET_START: 'commanded',
    AGENTS: '20',
    LOAD_AGENTS: '0',
    X509_SVID_TTL_SECONDS: '15',
    AUTHORITY_TTL_SECONDS: '360',
    JOIN_TOKEN_TTL_SECONDS: '90',
  });
});
