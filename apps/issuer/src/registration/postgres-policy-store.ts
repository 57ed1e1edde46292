import { type IssuancePolicy, issuerAdministration } from '@blastradius/contracts';
import type { Database } from '../database/database.ts';
import { PolicyStore } from './policy-store.ts';

export class PostgresPolicyStore extends PolicyStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async revision(): Promise<number> {
    const { rows } = await this.#database.query<{ policy_revision: string }>(
      'select policy_revision from issuer.trust_domain',
    );
    return Number(rows[0]?.policy_revision);
  }

  async load(): Promise<{ revision: number; policies: readonly IssuancePolicy[] }> {
    const { rows } = await this.#database.query<{ policy_revision: string; policies: unknown }>(
      'select policy_revision, policies from issuer.trust_domain',
    );
    const policies = issuerAdministration.storedPolicies.parse(rows[0]?.policies);
    return { revision: Number(rows[0]?.policy_revision), policies };
  }

  async replace(policies: readonly IssuancePolicy[]): Promise<void> {
    await this.#database.query(
      'update issuer.trust_domain set policies = $1, policy_revision = policy_revision + 1',
      [JSON.stringify(policies)],
    );
  }
}
