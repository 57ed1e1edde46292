import type { OpenBackend } from './open-backend.ts';
import { noLoot, readTable } from './read-table.ts';
import type { Thief } from './thief.ts';

/** The people behind the agents, and those who had only left an address. */
export async function readEmails(thief: Thief, backend: OpenBackend): Promise<void> {
  for (const table of ['owners', 'observers']) {
    await readTable(thief, backend, {
      step: 'read-emails',
      table,
      take: (rows) => ({ ...noLoot, emails: thief.loot.takeEmails(rows) }),
    });
  }
}
