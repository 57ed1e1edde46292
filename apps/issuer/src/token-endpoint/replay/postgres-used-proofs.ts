import type { Database } from '../../database/database.ts';
import { type OneUse, UsedProofs } from './used-proofs.ts';

const forgottenAtOnce = 5000;

export class PostgresUsedProofs extends UsedProofs {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  /** One statement: PostgreSQL lets one of two inserts of the same key through, and in no order do two block each other. */
  async take(proofs: readonly OneUse[]): Promise<boolean> {
    const sorted = proofs.toSorted((a, b) => Buffer.compare(a.id, b.id));
    const { rowCount } = await this.#database.query(
      `insert into issuer.used_proofs (proof, expires_at)
       select * from unnest($1::bytea[], $2::timestamptz[]) on conflict do nothing`,
      [sorted.map(({ id }) => Buffer.from(id)), sorted.map(({ expiresAt }) => expiresAt)],
    );
    return rowCount === proofs.length;
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
