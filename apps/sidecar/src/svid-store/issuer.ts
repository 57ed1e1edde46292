import type { Entitlement, TokenSvidDocument, X509SvidDocument } from '@blastradius/contracts';

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

export interface JwtRequest {
  readonly spiffeId: string;
  readonly audience: readonly string[];
}

export interface MintRefusal {
  readonly spiffeId: string;
  /** A code. */
  readonly refused: string;
}
export type MintResult = X509SvidDocument | MintRefusal;
export type TokenResult = TokenSvidDocument | MintRefusal;

/** Who decides which workload may have which identity. */
export interface EntitlementsIssuer {
  entitlements(selectors: readonly string[]): Promise<EntitlementsAnswer>;
}

/** Who signs certificates. */
export interface Issuer extends EntitlementsIssuer {
  /** In the order of the requests. */
  mint(selectors: readonly string[], requests: readonly CertificateRequest[]): Promise<readonly MintResult[]>;
}

/** Who signs tokens. */
export interface JwtIssuer {
  /** In the order of the requests. */
  mintJwtSvids(
    selectors: readonly string[],
    requests: readonly JwtRequest[],
  ): Promise<readonly TokenResult[]>;
}

/** Who signs tokens that are bound to the key of a request. */
export interface WitIssuer extends EntitlementsIssuer {
  /** In the order of the requests. */
  mintWitSvids(
    selectors: readonly string[],
    requests: readonly CertificateRequest[],
  ): Promise<readonly TokenResult[]>;
}
