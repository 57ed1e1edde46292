import type { Authority } from '@blastradius/pki';
import { subjectKeyIdOf, type X509Bundle, X509BundleSet } from '@blastradius/spiffe';
import type { AuthoritySnapshot, StoredAuthority } from './authority-store.ts';
import { unwrapKey } from './key-wrapping.ts';

/** A stored authority with its key opened, in memory only. */
export interface OpenAuthority extends StoredAuthority {
  readonly signer: Authority | null;
}

/** A snapshot as requests use it. Never changed in place. */
export interface TrustDomainState {
  readonly revision: number;
  readonly sequence: number;
  readonly authorities: readonly OpenAuthority[];
  readonly bundle: X509Bundle;
  readonly bundles: X509BundleSet;
  /** Subject key identifiers of the bundle's tainted authorities, hex in lower case. */
  readonly taintedKeyIds: readonly string[];
}

export function openSnapshot(
  snapshot: AuthoritySnapshot,
  trustDomain: string,
  keyEncryptionKey: Uint8Array,
): TrustDomainState {
  const authorities = snapshot.authorities.map((stored) => open(stored, keyEncryptionKey));
  const bundle = { trustDomain, authorities: authorities.map(({ certificate }) => certificate) };
  return Object.freeze({
    revision: snapshot.revision,
    sequence: snapshot.sequence,
    authorities,
    bundle,
    bundles: new X509BundleSet([bundle]),
    taintedKeyIds: authorities.flatMap(taintedKeyId),
  });
}

function taintedKeyId({ certificate, taintedAt }: StoredAuthority): string[] {
  const keyId = taintedAt === null ? undefined : subjectKeyIdOf(certificate);
  return keyId === undefined ? [] : [keyId];
}

function open(stored: StoredAuthority, keyEncryptionKey: Uint8Array): OpenAuthority {
  const { id, certificate, wrappedKey } = stored;
  if (wrappedKey === null) return { ...stored, signer: null };
  return { ...stored, signer: { certificate, privateKey: unwrapKey(wrappedKey, id, keyEncryptionKey) } };
}
