import { keptHashed } from '@blastradius/credentials';
import type { CompiledQuery } from 'kysely';
import type { Database } from '../database/database.ts';
import type { AgentsByCredential, AgentWithKey, AgentWithScopedKey } from './agents-by-credential.ts';
import type { CurrentAgent } from './judgement.ts';

/** Asked at every request and never cached: a key that was reset ends with the reset. */
export class PostgresAgentsByCredential implements AgentsByCredential {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = statementsOf(database);
  }

  async withStoredKey(stored: string): Promise<AgentWithKey | undefined> {
    const row = await this.#first(this.#statements.storedKey, [stored]);
    return row?.api_key ? { id: row.id, name: row.name, storedKey: row.api_key } : undefined;
  }

  async withScopedKey(stored: string): Promise<AgentWithScopedKey | undefined> {
    const row = await this.#first(this.#statements.scopedKey, [stored, stored]);
    if (!row) return undefined;
    const { id, name, api_key: readKey, write_key: writeKey } = row;
    if (writeKey === stored) return { id, name, storedKey: writeKey, scope: 'write' };
    return { id, name, storedKey: readKey ?? '', scope: 'read' };
  }

  async withPreviousKey(key: string, now: Date): Promise<CurrentAgent | undefined> {
    return await this.#database
      .selectFrom('operations.previous_keys')
      .innerJoin('agents', 'agents.id', 'operations.previous_keys.agent_id')
      .select(['agents.id', 'agents.name'])
      .where('key_hash', '=', keptHashed(key))
      .where('ends_at', '>', now)
      .executeTakeFirst();
  }

  async withSpiffeId(spiffeId: string): Promise<CurrentAgent | undefined> {
    return await this.#first(this.#statements.spiffeId, [spiffeId]);
  }

  async #first<Row>(statement: CompiledQuery<Row>, parameters: readonly string[]): Promise<Row | undefined> {
    const asked: CompiledQuery<Row> = { ...statement, parameters };
    const { rows } = await this.#database.executeQuery(asked);
    return rows[0];
  }
}

/** Put together once: that would cost each request more than the network's part in running them. */
function statementsOf(database: Database) {
  const agents = database.selectFrom('agents');
  const later = '';
  return {
    storedKey: agents.select(['id', 'name', 'api_key']).where('api_key', '=', later).compile(),
    scopedKey: agents
      .select(['id', 'name', 'api_key', 'write_key'])
      .where((agent) => agent.or([agent('api_key', '=', later), agent('write_key', '=', later)]))
      .compile(),
    spiffeId: agents.select(['id', 'name']).where('spiffe_id', '=', later).compile(),
  };
}
