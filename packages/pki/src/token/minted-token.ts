/** A token that was signed, and what an audit names it by. */
export interface MintedToken {
  /** JWS compact serialization. */
  readonly token: string;
  /** The `jti`, hex in lower case: 128 random bits. */
  readonly tokenId: string;
  /** As they stand in the token: whole seconds. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}
