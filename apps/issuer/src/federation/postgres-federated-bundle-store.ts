import { type Database, inLockedTransaction } from '../database/database.ts';
import { noteTrustDomainChange } from '../database/trust-domain-revision.ts';
import { FederatedBundleStore } from './federated-bundle-store.ts';
import { putDocument, type Queryable, removeDocument } from './federated-document.ts';

export class PostgresFederatedBundleStore extends FederatedBundleStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async find(trustDomain: string): Promise<string | undefined> {
    const { rows } = await this.#database.query<{ document: string }>(
      'select document from issuer.federated_bundles where trust_domain = $1',
      [trustDomain],
    );
    return rows[0]?.document;
  }

  put(trustDomain: string, document: string): Promise<boolean> {
    return this.#change((client) => putDocument(client, trustDomain, document));
  }

  remove(trustDomain: string): Promise<boolean> {
    return this.#change((client) => removeDocument(client, trustDomain));
  }

  #change(change: (client: Queryable) => Promise<boolean>): Promise<boolean> {
    return inLockedTransaction(this.#database, async (client) => {
      const isChanged = await change(client);
      if (isChanged) await noteTrustDomainChange(client, true);
      return isChanged;
    });
  }
}
