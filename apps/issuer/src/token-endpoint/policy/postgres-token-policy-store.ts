import { type TokenPolicy, tokenAdministration } from '@blastradius/contracts';
import type { Database } from '../../database/database.ts';
import { type StoredTokenPolicies, TokenPolicyStore } from './token-policy-store.ts';

export class PostgresTokenPolicyStore extends TokenPolicyStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async revision(): Promise<number> {
    const { rows } = await this.#database.query<{ revision: string }>(
      'select revision from issuer.token_policies',
    );
    return Number(rows[0]?.revision);
  }

  async load(): Promise<StoredTokenPolicies> {
    const { rows } = await this.#database.query<{ revision: string; policies: unknown }>(
      'select revision, policies from issuer.token_policies',
    );
    const { policies } = tokenAdministration.tokenPolicies.parse({ policies: rows[0]?.policies });
    return { revision: Number(rows[0]?.revision), policies };
  }

  async replace(policies: readonly TokenPolicy[]): Promise<void> {
    await this.#database.query('update issuer.token_policies set policies = $1, revision = revision + 1', [
      JSON.stringify(policies),
    ]);
  }
}
