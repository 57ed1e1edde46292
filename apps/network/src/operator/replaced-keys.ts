import type { networkOperator } from '@blastradius/contracts';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Database } from '../database/database.ts';

type ReplacedKey = z.infer<typeof networkOperator.replacedKeysAnswer>['keys'][number];

/** The newest key of each agent, and since when: what the operator's own distribution carries to the agents. */
export class ReplacedKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those that were replaced after this moment, by a rotation or a reset. */
  async after(afterMs: number): Promise<ReplacedKey[]> {
    const { rows } = await sql<{ agent: string; api_key: string; reset_at: Date }>`
      select agents.name as agent, agents.api_key, max(resets.reset_at) as reset_at
      from operations.key_resets as resets join agents on agents.id = resets.agent_id
      where resets.reset_at > ${new Date(afterMs)} and agents.api_key is not null
      group by agents.id order by max(resets.reset_at), agents.name`.execute(this.#database);
    return rows.map(({ agent, api_key: apiKey, reset_at: at }) => ({ agent, apiKey, atMs: at.getTime() }));
  }
}
