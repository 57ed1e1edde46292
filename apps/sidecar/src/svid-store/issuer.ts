import type { Entitlement, X509SvidDocument } from '@blastradius/contracts';

export interface EntitlementsAnswer {
  readonly entitlements: readonly Entitlement[];
  /** For how long the answer may be used without asking again. */
  readonly ttlSeconds: number;
}

export interface CertificateRequest {
  readonly spiffeId: string;
  /** PKCS #10, DER. */
  readonly csr: Uint8Array;
}

export type MintResult = X509SvidDocument | { readonly spiffeId: string; readonly refused: string };

/** Who decides which workload may have which identity, and signs. */
export interface Issuer {
  entitlements(selectors: readonly string[]): Promise<EntitlementsAnswer>;
  /** In the order of the requests. */
  mint(selectors: readonly string[], requests: readonly CertificateRequest[]): Promise<readonly MintResult[]>;
}
