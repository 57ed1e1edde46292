import type { Database } from '../database/database.ts';
import type { AgentsByCredential, AgentWithKey } from './agents-by-credential.ts';
import type { CurrentAgent } from './judgement.ts';

/** Asked at every request and never cached: a key that was reset ends with the reset. */
export class PostgresAgentsByCredential implements AgentsByCredential {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async withStoredKey(stored: string): Promise<AgentWithKey | undefined> {
    const row = await this.#database
      .selectFrom('agents')
      .select(['id', 'name', 'api_key'])
      .where('api_key', '=', stored)
      .executeTakeFirst();
    return row?.api_key ? { id: row.id, name: row.name, storedKey: row.api_key } : undefined;
  }

  async withSpiffeId(spiffeId: string): Promise<CurrentAgent | undefined> {
    return await this.#database
      .selectFrom('agents')
      .select(['id', 'name'])
      .where('spiffe_id', '=', spiffeId)
      .executeTakeFirst();
  }
}
