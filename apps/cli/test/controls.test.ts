import { join } from 'node:path';
import { findRoot } from '@blastradius/stack';
import { expect, test } from 'vitest';
import { armOf, play } from './run-world.ts';

test('control: with the leak taken out, no forged request is accepted in either world', async () => {
  const { report } = await play({ leak: 'off', timeScale: 1000 });
  for (const arm of ['static-key', 'x509-svid'] as const) {
    const { forgedRequests, credentialsLeaked, control, honestRequests } = armOf(report, arm);
    expect(control).toContain('the leak is taken out');
    expect(credentialsLeaked).toBe(0);
    expect(forgedRequests.throughHole.accepted).toBe(0);
    expect(forgedRequests.withStolenCredential.accepted).toBe(0);
    expect(honestRequests.accepted).toBeGreaterThan(100);
  }
}, 180_000);

test('control: with the verification of client certificates switched off, the identity world falls too', async () => {
  const unverified = join(findRoot(), 'apps/network/test/unverified-network.mjs');
  const { report } = await play({
    arms: ['x509-svid'],
    test: { apps: { network: unverified }, control: 'client certificates are not verified' },
  });
  const arm = armOf(report, 'x509-svid');
  expect(arm.control).toContain('not verified');
  expect(arm.agentsImpersonated / arm.agents).toBeGreaterThan(0.95);
  expect(arm.forgedRequests.withStolenCredential.accepted).toBeGreaterThan(50);
}, 180_000);
