import type { AuthorityTimes } from './authority-states.ts';

/** An authority as it is kept. */
export interface StoredAuthority extends AuthorityTimes {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Encrypted; null once it signs no more: a key that is gone can't leak. */
  readonly wrappedKey: Uint8Array | null;
}

export interface AuthoritySnapshot {
  /** Grows with every change of anything here. */
  readonly revision: number;
  /** Grows with every change of the bundle's content. */
  readonly sequence: number;
  readonly authorities: readonly StoredAuthority[];
}

/** One step of the lifecycle. */
export interface AuthorityChange {
  readonly add?: StoredAuthority;
  readonly activate?: { readonly id: string; readonly at: Date };
  readonly taint?: { readonly ids: readonly string[]; readonly at: Date };
  readonly remove?: readonly string[];
}

/** Where the trust domain's authorities are kept, shared by all of its issuers. */
export abstract class AuthorityStore {
  abstract revision(): Promise<number>;
  abstract load(): Promise<AuthoritySnapshot>;
  /**
   * Lets `decide` see the newest state while no other process can change it, and keeps what it
   * returns; null changes nothing. All of it or nothing is kept.
   */
  abstract change(
    decide: (snapshot: AuthoritySnapshot) => Promise<AuthorityChange | null>,
  ): Promise<AuthoritySnapshot>;
}
