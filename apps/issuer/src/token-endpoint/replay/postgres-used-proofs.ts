import type { Database } from '../../database/database.ts';
import { type OneUse, UsedProofs } from './used-proofs.ts';

const forgottenAtOnce = 5000;

export class PostgresUsedProofs extends UsedProofs {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  /** One statement: PostgreSQL lets one of two inserts of the same key through; sorted, no two wait for each other. */
  async take(proofs: readonly OneUse[]): Promise<readonly OneUse[]> {
    const sorted = proofs.toSorted((a, b) => Buffer.compare(a.id, b.id));
    const { rows } = await this.#database.query<{ proof: Uint8Array }>(
      `insert into issuer.used_proofs (proof, expires_at)
       select * from unnest($1::bytea[], $2::timestamptz[]) on conflict do nothing returning proof`,
      [sorted.map(({ id }) => Buffer.from(id)), sorted.map(({ expiresAt }) => expiresAt)],
    );
    return sorted.filter(({ id }) => !rows.some(({ proof }) => Buffer.compare(proof, id) === 0));
  }

  async forget(endedBefore: Date): Promise<number> {
    const { rowCount } = await this.#database.query(
      `delete from issuer.used_proofs where proof in (
         select proof from issuer.used_proofs where expires_at < $1 order by expires_at limit ${forgottenAtOnce}
       )`,
      [endedBefore],
    );
    return rowCount ?? 0;
  }
}
