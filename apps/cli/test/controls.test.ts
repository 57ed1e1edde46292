import { join } from 'node:path';
import type { ArmResult } from '@blastradius/blast-radius';
import type { Arm, Leak } from '@blastradius/contracts';
import { findScenario, loadScenario } from '@blastradius/scenario';
import { findRoot, type RunOptions } from '@blastradius/stack';
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

interface WeakenedCell {
  readonly arm: Arm;
  readonly leak: Leak;
  readonly weakened: string;
  readonly weak: NonNullable<RunOptions['test']>;
  readonly figure: (result: ArmResult) => number;
}

const cells: readonly WeakenedCell[] = [
  {
    arm: 'hashed-key',
    leak: 'database-dump',
    weakened: 'the network takes the hash for the key',
    weak: { apps: { network: join(findRoot(), 'apps/network/test/weakened/hashes-for-keys-network.mjs') } },
    figure: ({ agentsImpersonated }) => agentsImpersonated,
  },
  {
    arm: 'jwt-svid+rls',
    leak: 'open-database',
    weakened: 'row-level security is off for the table of messages',
    weak: {
      onWorld: (world) => world.administer('alter table agent_messages disable row level security'),
    },
    figure: ({ privateMessagesRead }) => privateMessagesRead,
  },
];

test.each(cells)(
  'control: the cell $arm, $leak gets worse when $weakened',
  {
    retry: 1,
    timeout: 300_000,
  },
  async ({ arm, leak, weakened, weak, figure }) => {
    const cell = async (test: RunOptions['test']) => {
      const { report } = await play({
        scenario: loadScenario(findScenario('credential-matrix', findRoot())),
        arms: [arm],
        leakVector: leak,
        agents: 6,
        timeScale: 500,
        ...(test ? { test } : {}),
      });
      return armOf(report, arm);
    };
    const real = await cell(undefined);
    expect(real.honestRequests.accepted).toBeGreaterThan(0);
    expect(figure(real)).toBe(0);
    const worse = await cell({ ...weak, control: weakened });
    expect(worse.control).toContain(weakened);
    expect(figure(worse)).toBeGreaterThan(1);
  },
);
