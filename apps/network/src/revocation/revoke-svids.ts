import type { networkOperator } from '@blastradius/contracts';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Database } from '../database/database.ts';
import type { DenyList, Revocations } from './deny-list.ts';
import type { LiveConnections } from './live-connections.ts';

type RevocationOrder = z.output<typeof networkOperator.revocationOrder>;

/** Revokes X509-SVIDs at this network: kept first, then refused, then their connections are closed. */
export class RevokeSvids {
  readonly #database: Database;
  readonly #list: DenyList;
  readonly #connections: LiveConnections;

  constructor(database: Database, list: DenyList, connections: LiveConnections) {
    this.#database = database;
    this.#list = list;
    this.#connections = connections;
  }

  /** What an earlier process was told. To be awaited before anyone is let in. */
  async load(): Promise<void> {
    const serials = await this.#database.selectFrom('operations.revoked_serials').select('serial').execute();
    const identities = await this.#database
      .selectFrom('operations.revoked_identities')
      .select(['spiffe_id', 'issued_before'])
      .execute();
    this.#list.add({
      serials: serials.map(({ serial }) => serial),
      identities: identities.map(({ spiffe_id: spiffeId, issued_before: until }) => ({
        spiffeId,
        issuedBeforeMs: until.getTime(),
      })),
    });
  }

  /** Idempotent; answers with how many live connections it has closed. */
  async execute({ reason, ...revocations }: RevocationOrder): Promise<number> {
    await this.#keep(revocations, reason);
    this.#list.add(revocations);
    return this.#connections.closeRevoked(this.#list);
  }

  async #keep({ serials, identities }: Revocations, reason: string): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      await sql`
        insert into operations.revoked_serials (serial, reason)
        select distinct unnest(${[...serials]}::text[]), ${reason}
        on conflict do nothing`.execute(transaction);
      const ids = identities.map(({ spiffeId }) => spiffeId);
      const moments = identities.map(({ issuedBeforeMs }) => new Date(issuedBeforeMs));
      await sql`
        insert into operations.revoked_identities (spiffe_id, issued_before, reason)
        select id, max(until), ${reason} from unnest(${ids}::text[], ${moments}::timestamptz[]) as told(id, until)
        group by id
        on conflict (spiffe_id) do update set
          issued_before = greatest(revoked_identities.issued_before, excluded.issued_before),
          reason = excluded.reason`.execute(transaction);
    });
  }
}
