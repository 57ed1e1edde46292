import * as kit from '@blastradius/nest-kit';
import { TrustDomainMismatch } from '../authority/authority.errors.ts';
import type { Database } from './database.ts';

/** Any number that all issuers agree on. */
const LOCK = 7_402_111_903;

/** Brings the issuer's tables up to date, whoever of its instances comes first. */
export function migrate(url: string): Promise<string[]> {
  // Beside `src` and `dist` alike.
  const folder = new URL('../../migrations/', import.meta.url);
  return kit.migrate({ url, folder, schema: 'issuer', lock: LOCK });
}

/** A database belongs to one trust domain, and to no other ever after. */
export async function claimDatabase(database: Database, trustDomain: string): Promise<void> {
  await database.query('insert into issuer.trust_domain (name) values ($1) on conflict do nothing', [
    trustDomain,
  ]);
  const { rows } = await database.query<{ name: string }>('select name from issuer.trust_domain');
  if (rows[0]?.name !== trustDomain) {
    throw new TrustDomainMismatch(`the database belongs to trust domain ${rows[0]?.name}`);
  }
}
