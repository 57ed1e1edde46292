import { findScenario, loadScenario } from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';
import { expect, test } from 'vitest';
import { armOf, play } from './run-world.ts';

test('root on the agents’ host is refused by the sidecar as itself, and gets the agents’ identities as them and from memory', {
  retry: 1,
  timeout: 300_000,
}, async () => {
  const played = await play({
    scenario: loadScenario(findScenario('compromised-host', findRoot())),
    arms: ['x509-svid'],
    agents: 6,
    timeScale: 300,
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
