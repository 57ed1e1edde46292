import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modifierOf } from '@blastradius/contracts';
import type { EmbeddedSetting } from './embedded-setting.ts';

/** Tells the network which agents only read, where policies ask for it. */
export function policyEnvironment(setting: EmbeddedSetting): Record<string, string> {
  if (modifierOf(setting.arm) !== 'policy') return {};
  const { scenario, population, socketFolder } = setting;
  const reader = population.agents
    .filter(({ role }) => role === 'reader')
    .map(({ name }) => `spiffe://${scenario.identity.trustDomain}/agent/${name}`);
  const file = join(socketFolder, 'agent-groups.json');
  writeFileSync(file, JSON.stringify({ defaultGroup: 'writer', members: { reader } }), { mode: 0o600 });
  return { AGENT_GROUPS_FILE: file };
}
