import type { AuthorityJwk, KeySetKind } from '@blastradius/contracts';
import {
  type Authority,
  openTokenAuthority,
  p256Jwk,
  type TokenAuthority,
  tokenKeyId,
} from '@blastradius/pki';
import { type X509Bundle, X509BundleSet } from '@blastradius/spiffe';
import type { AuthoritySnapshot, StoredAuthority } from './authority-store.ts';
import { keyIdOf } from './key-id.ts';
import { unwrapKey } from './key-wrapping.ts';

/** What signs, by the kind of its key set. */
export interface Signers {
  readonly x509: Authority;
  readonly jwt: TokenAuthority;
  readonly wit: TokenAuthority;
  readonly 'access-token': TokenAuthority;
}

/** A stored authority with its key opened, in memory only. */
export interface OpenAuthority<K extends KeySetKind> extends StoredAuthority {
  readonly signer: Signers[K] | null;
}

export type KeySets = { readonly [K in KeySetKind]: readonly OpenAuthority<K>[] };

/** A snapshot as requests use it. Never changed in place. */
export interface TrustDomainState extends AuthoritySnapshot {
  /** When it was opened, by this process's monotonic clock. */
  readonly openedAtMs: number;
  readonly keySets: KeySets;
  readonly bundle: X509Bundle;
  readonly bundles: X509BundleSet;
  readonly jwtAuthorities: readonly AuthorityJwk[];
  readonly witAuthorities: readonly AuthorityJwk[];
  /** For the JWKS of the token endpoint, and no bundle: who verifies an access token is no SPIFFE workload. */
  readonly accessTokenKeys: readonly AuthorityJwk[];
  /** Of the bundle's tainted authorities: subject key identifiers and kids, hex in lower case. */
  readonly taintedKeyIds: readonly string[];
}

export function openSnapshot(
  snapshot: AuthoritySnapshot,
  trustDomain: string,
  keyEncryptionKey: Uint8Array,
): TrustDomainState {
  const keySets = openKeySets(snapshot.authorities, keyEncryptionKey);
  const bundle = { trustDomain, authorities: keySets.x509.map(({ published }) => published) };
  return Object.freeze({
    ...snapshot,
    openedAtMs: performance.now(),
    keySets,
    bundle,
    bundles: new X509BundleSet([bundle]),
    jwtAuthorities: keySets.jwt.map(jwkOf),
    witAuthorities: keySets.wit.map(jwkOf),
    accessTokenKeys: keySets['access-token'].map(jwkOf),
    taintedKeyIds: snapshot.authorities.flatMap(taintedKeyId),
  });
}

function openKeySets(authorities: readonly StoredAuthority[], keyEncryptionKey: Uint8Array): KeySets {
  const x509: OpenAuthority<'x509'>[] = [];
  const tokenKeySets = {
    jwt: [] as OpenAuthority<'jwt'>[],
    wit: [] as OpenAuthority<'wit'>[],
    'access-token': [] as OpenAuthority<'access-token'>[],
  };
  for (const stored of authorities) {
    const { id, kind, published, wrappedKey, notAfter } = stored;
    const privateKey = wrappedKey && unwrapKey(wrappedKey, id, keyEncryptionKey);
    if (kind === 'x509') {
      x509.push({ ...stored, signer: privateKey && { certificate: published, privateKey } });
    } else {
      const signer = privateKey && openTokenAuthority(published, privateKey, notAfter);
      tokenKeySets[kind].push({ ...stored, signer });
    }
  }
  return { x509, ...tokenKeySets };
}

function jwkOf({ published }: StoredAuthority): AuthorityJwk {
  return { ...p256Jwk(published), kid: tokenKeyId(published) };
}

function taintedKeyId(stored: StoredAuthority): string[] {
  const isPublished = stored.kind !== 'access-token';
  const keyId = stored.taintedAt === null || !isPublished ? undefined : keyIdOf(stored);
  return keyId === undefined ? [] : [keyId];
}
