import type { Credential } from '../../loot/credential.ts';
import { lies } from '../../loot/credential.ts';
import { credentialsIn } from '../../loot/credentials-in.ts';
import type { LootRow } from '../../playbooks/moltbook/loot.ts';
import type { OpenLeak } from '../leak-act.ts';
import { readFrom } from '../read-if-there.ts';
import { copySections } from './copy-sections.ts';

/** A copy of the database in a file: keys or their hashes, names, people's addresses, private messages. */
export const openDatabaseDump: OpenLeak<'database-dump'> = ({ file }, { loot }) => ({
  look: async () => {
    const dump = await readFrom(file);
    const tables = new Map(copySections(dump ?? '').map(({ table, rows }) => [table, rows]));
    loot.takeAgents(tables.get('agents') ?? []);
    const messages = tables.get('agent_messages') ?? [];
    const taken = loot.takeMessages(messages);
    return {
      credentials: [
        ...[...loot.agents.values()].flatMap(credentialsOf),
        ...messages.flatMap(({ message }) => credentialsIn(message ?? '')),
      ],
      ...taken,
      emails: loot.takeEmails([...(tables.get('owners') ?? []), ...(tables.get('observers') ?? [])]),
      rows: [...tables.values()].reduce((sum, { length }) => sum + length, 0),
    };
  },
});

/** A secret is simply used; where there is only a name, everything is tried that might make a door believe it. */
export function credentialsOf({ name: agent, apiKey, writeKey, keyHash, spiffeId }: LootRow): Credential[] {
  const keys = [apiKey ?? [], writeKey ?? []].flat();
  if (apiKey !== undefined) return keys.map((key) => ({ kind: 'api-key', apiKey: key, agent }));
  if (keyHash !== undefined) return [{ kind: 'key-hash', keyHash, agent }];
  return spiffeId === undefined ? [] : lies.map((lie): Credential => ({ kind: 'name', spiffeId, lie }));
}
