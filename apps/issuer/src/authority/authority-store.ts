import type { KeySetKind } from '@blastradius/contracts';
import type { AuthorityTimes } from './authority-states.ts';
import type { RotationOrder } from './rotation-order.ts';

/** An authority as it is kept: a key of one of the key sets. */
export interface StoredAuthority extends AuthorityTimes {
  readonly kind: KeySetKind;
  /** What the bundle shows of it, DER: the certificate of an X.509 authority, else SubjectPublicKeyInfo. */
  readonly published: Uint8Array;
  /** Encrypted; null once it signs no more: a key that is gone can't leak. */
  readonly wrappedKey: Uint8Array | null;
}

/** One that was taken out of the bundle before its end. It is remembered until then, for those who ask. */
export interface RevokedAuthority extends StoredAuthority {
  readonly revokedAt: Date;
}

export interface AuthoritySnapshot {
  /** Grows with every change of anything here. */
  readonly revision: number;
  /** Grows with every change of the bundle's content. */
  readonly sequence: number;
  /** Of all kinds. */
  readonly authorities: readonly StoredAuthority[];
  /** Of all kinds; none of them is among the others. */
  readonly revoked: readonly RevokedAuthority[];
  /** Forced rotations, those that are over for an hour. */
  readonly orders: readonly RotationOrder[];
  /** When this was read, by the database's clock. */
  readonly readAt: Date;
  /** SPIFFE bundle documents of others, by trust domain. */
  readonly federatedBundles: Readonly<Record<string, string>>;
}

/** One step in the lifecycle of one key set; its parts are taken in this order. */
export interface AuthorityChange {
  readonly add?: StoredAuthority;
  readonly activate?: { readonly id: string; readonly at: Date };
  readonly taint?: { readonly ids: readonly string[]; readonly at: Date };
  readonly revoke?: { readonly ids: readonly string[]; readonly at: Date };
  readonly remove?: readonly string[];
}

export interface KeySetChange extends AuthorityChange {
  readonly kind: KeySetKind;
}

export interface TrustDomainChange {
  readonly keySets: readonly KeySetChange[];
  /** Orders that are new or have changed. */
  readonly orders?: readonly RotationOrder[];
}

/** Where the trust domain's authorities are kept, shared by all of its issuers. */
export abstract class AuthorityStore {
  abstract revision(): Promise<number>;
  abstract load(): Promise<AuthoritySnapshot>;
  /**
   * Lets `decide` see the newest state while no other process can change it, and keeps what it
   * returns; a change with nothing in it changes nothing. All of it or nothing is kept.
   */
  abstract change(
    decide: (snapshot: AuthoritySnapshot) => Promise<TrustDomainChange>,
  ): Promise<AuthoritySnapshot>;
}
