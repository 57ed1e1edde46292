import { type Database, inLockedTransaction } from '../database/database.ts';
import { noteTrustDomainChange } from '../database/trust-domain-revision.ts';
import { putDocument, type Queryable, removeDocument } from './federated-document.ts';
import type { FederationRelationship, HeldRelationship } from './federation-relationship.ts';
import { type AcceptedDocument, type PollOutcome, RelationshipStore } from './relationship-store.ts';

interface RelationshipRow {
  readonly trust_domain: string;
  readonly url: string;
  readonly profile: FederationRelationship['profile'];
  readonly endpoint_spiffe_id: string | null;
  readonly web_authorities: string | null;
  readonly revision: string;
  readonly document: string | null;
  readonly next_poll_at: Date;
  readonly failures: number;
  readonly failure: string | null;
  readonly last_success_at: Date | null;
  readonly last_failure_at: Date | null;
}

/** The first column qualifies the rest in each of the statements below. */
const COLUMNS = `relationship.trust_domain, url, profile, endpoint_spiffe_id, web_authorities, revision,
  next_poll_at, failures, failure, last_success_at, last_failure_at,
  (select document from issuer.federated_bundles bundle where bundle.trust_domain = relationship.trust_domain)
    as document`;

export class PostgresRelationshipStore extends RelationshipStore {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  async list(): Promise<readonly HeldRelationship[]> {
    const { rows } = await this.#database.query<RelationshipRow>(
      `select ${COLUMNS} from issuer.federation_relationships relationship order by trust_domain`,
    );
    return rows.map(heldRelationship);
  }

  async find(trustDomain: string): Promise<HeldRelationship | undefined> {
    const { rows } = await this.#database.query<RelationshipRow>(
      `select ${COLUMNS} from issuer.federation_relationships relationship where trust_domain = $1`,
      [trustDomain],
    );
    return rows[0] && heldRelationship(rows[0]);
  }

  async put(relationship: FederationRelationship, document: string | undefined): Promise<void> {
    const { trustDomain, url, profile, endpointSpiffeId, webAuthorities } = relationship;
    await inLockedTransaction(this.#database, async (client) => {
      await client.query(
        `insert into issuer.federation_relationships
           (trust_domain, url, profile, endpoint_spiffe_id, web_authorities) values ($1, $2, $3, $4, $5)
         on conflict (trust_domain) do update set url = excluded.url, profile = excluded.profile,
           endpoint_spiffe_id = excluded.endpoint_spiffe_id, web_authorities = excluded.web_authorities,
           revision = gen_random_uuid(), next_poll_at = clock_timestamp(), failures = 0, failure = null`,
        [trustDomain, url, profile, endpointSpiffeId ?? null, webAuthorities ?? null],
      );
      if (document === undefined) return;
      if (await putDocument(client, trustDomain, document)) await noteTrustDomainChange(client, true);
    });
  }

  remove(trustDomain: string): Promise<boolean> {
    return inLockedTransaction(this.#database, async (client) => {
      const { rows } = await client.query(
        'delete from issuer.federation_relationships where trust_domain = $1 returning trust_domain',
        [trustDomain],
      );
      if (rows.length === 0) return false;
      if (await removeDocument(client, trustDomain)) await noteTrustDomainChange(client, true);
      return true;
    });
  }

  async claimDue(leaseSeconds: number, countMax: number): Promise<readonly HeldRelationship[]> {
    const { rows } = await this.#database.query<RelationshipRow>(
      `update issuer.federation_relationships relationship
       set next_poll_at = clock_timestamp() + make_interval(secs => $1)
       where trust_domain in (
         select trust_domain from issuer.federation_relationships where next_poll_at <= clock_timestamp()
         order by next_poll_at limit $2 for update skip locked)
       returning ${COLUMNS}`,
      [leaseSeconds, countMax],
    );
    return rows.map(heldRelationship);
  }

  succeed(
    { polled: { trustDomain, revision }, pauseSeconds }: PollOutcome,
    accept: (held: string | undefined) => AcceptedDocument,
  ): Promise<boolean> {
    return inLockedTransaction(this.#database, async (client) => {
      if (!(await noteSuccess(client, [trustDomain, revision, pauseSeconds]))) return false;
      const { rows } = await client.query<{ document: string }>(
        'select document from issuer.federated_bundles where trust_domain = $1',
        [trustDomain],
      );
      const { document, isChanged } = accept(rows[0]?.document);
      await putDocument(client, trustDomain, document);
      if (isChanged) await noteTrustDomainChange(client, true);
      return isChanged;
    });
  }

  async fail({ polled, pauseSeconds, failure }: PollOutcome & { readonly failure: string }): Promise<void> {
    await this.#database.query(
      `update issuer.federation_relationships
       set next_poll_at = clock_timestamp() + make_interval(secs => $3), failures = failures + 1, failure = $4,
         last_failure_at = clock_timestamp()
       where trust_domain = $1 and revision = $2`,
      [polled.trustDomain, polled.revision, pauseSeconds, failure],
    );
  }
}

/** Whether the relationship is still the one that was polled. */
async function noteSuccess(client: Queryable, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await client.query(
    `update issuer.federation_relationships
     set next_poll_at = clock_timestamp() + make_interval(secs => $3), failures = 0, failure = null,
       last_success_at = clock_timestamp()
     where trust_domain = $1 and revision = $2 returning trust_domain`,
    values,
  );
  return rows.length > 0;
}

function heldRelationship(row: RelationshipRow): HeldRelationship {
  return {
    trustDomain: row.trust_domain,
    url: row.url,
    profile: row.profile,
    endpointSpiffeId: row.endpoint_spiffe_id ?? undefined,
    webAuthorities: row.web_authorities ?? undefined,
    revision: row.revision,
    document: row.document ?? undefined,
    nextPollAt: row.next_poll_at,
    failures: row.failures,
    failure: row.failure ?? undefined,
    lastSuccessAt: row.last_success_at ?? undefined,
    lastFailureAt: row.last_failure_at ?? undefined,
  };
}
