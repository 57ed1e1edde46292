import type { Database } from '../database/database.ts';
import { type JoinTokenGrant, JoinTokenStore } from './join-tokens.ts';

export class PostgresJoinTokenStore extends JoinTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async add(tokenHash: Uint8Array, { node, expiresAt }: JoinTokenGrant): Promise<void> {
    await this.#database.query(
      'insert into issuer.join_tokens (token_hash, node, expires_at) values ($1, $2, $3)',
      [tokenHash, node, expiresAt],
    );
  }

  async consume(tokenHash: Uint8Array, now: Date): Promise<string | null> {
    // One statement: of two callers at once the second waits for the row and then finds it used.
    const { rows } = await this.#database.query<{ node: string }>(
      `update issuer.join_tokens set used_at = $2
       where token_hash = $1 and used_at is null and expires_at > $2 returning node`,
      [tokenHash, now],
    );
    return rows[0]?.node ?? null;
  }
}
