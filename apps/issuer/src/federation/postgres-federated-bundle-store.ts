import { type Database, inLockedTransaction } from '../database/database.ts';
import { noteTrustDomainChange } from '../database/trust-domain-revision.ts';
import { FederatedBundleStore } from './federated-bundle-store.ts';

export class PostgresFederatedBundleStore extends FederatedBundleStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async put(trustDomain: string, document: string): Promise<void> {
    await this.#change(
      `insert into issuer.federated_bundles (trust_domain, document) values ($1, $2)
       on conflict (trust_domain) do update set document = excluded.document
       where federated_bundles.document <> excluded.document returning trust_domain`,
      [trustDomain, document],
    );
  }

  remove(trustDomain: string): Promise<boolean> {
    return this.#change(
      'delete from issuer.federated_bundles where trust_domain = $1 returning trust_domain',
      [trustDomain],
    );
  }

  /** Whether anything was changed: the same document once more is no new bundle. */
  #change(statement: string, values: string[]): Promise<boolean> {
    return inLockedTransaction(this.#database, async (client) => {
      const { rows } = await client.query(statement, values);
      if (rows.length === 0) return false;
      await noteTrustDomainChange(client, true);
      return true;
    });
  }
}
