import { join } from 'node:path';
import { loadScenario } from '@blastradius/scenario';
import { describe, expect, test } from 'vitest';
import { armOf, play } from './run-world.ts';

const scenario = loadScenario(join(import.meta.dirname, 'scenarios/traces.yaml'));
const small = { scenario, agents: 8, timeScale: 300 } as const;

describe('what lies around elsewhere than in the open table', () => {
  test('a proxy’s log: bearer keys are in it; proofs are too, and open no door a second time', {
    retry: 1,
    timeout: 240_000,
  }, async () => {
    const { report, ledgers } = await play({
      ...small,
      arms: ['static-key', 'wit-svid'],
      leakVector: 'request-logs',
    });
    const [fallen, resisting] = [armOf(report, 'static-key'), armOf(report, 'wit-svid')];
    expect(fallen.agentsImpersonated).toBeGreaterThan(fallen.agents / 2);
    expect(fallen.credentialsLeaked).toBeGreaterThanOrEqual(fallen.agentsImpersonated);
    expect(resisting.forgedRequests.withStolenCredential).toMatchObject({ accepted: 0 });
    expect(resisting).toMatchObject({ agentsImpersonated: 0, credentialsLeaked: 0 });
    const replays = ledgers('wit-svid').filter(
      (record) => record.ledger === 'attacker' && record.presented === 'replayed-request',
    );
    expect(replays.length).toBeGreaterThan(3);
    // Nobody goes through the open API in this world, and it was not started.
    expect(ledgers('static-key').some(({ ledger }) => ledger === 'data-api')).toBe(false);
  });

  test('a man in the middle: who trusts the company’s proxy hands its key over, and who asks for the network’s identity is cut off', {
    retry: 1,
    timeout: 240_000,
  }, async () => {
    const { report } = await play({
      ...small,
      arms: ['static-key', 'x509-svid'],
      leakVector: 'man-in-the-middle',
    });
    const [fallen, resisting] = [armOf(report, 'static-key'), armOf(report, 'x509-svid')];
    // Half of the agents go through it.
    expect(fallen.agentsImpersonated).toBeGreaterThan(0);
    expect(fallen.agentsImpersonated).toBeLessThanOrEqual(fallen.agents / 2);
    expect(resisting).toMatchObject({ agentsImpersonated: 0, credentialsLeaked: 0 });
    expect(resisting.agentsStranded.atEnd).toBeGreaterThan(0);
    expect(fallen.agentsStranded.atEnd).toBe(0);
  });
});
