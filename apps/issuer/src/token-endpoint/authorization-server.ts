/** Our names as an authorization server. */
export class AuthorizationServer {
  /** The issuer identifier (RFC 8414, section 2), without a slash at its end: the `aud` of assertions, the `iss` of tokens. */
  readonly issuer: string;

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  get tokenUrl(): string {
    return `${this.issuer}/oauth/token`;
  }

  get jwksUrl(): string {
    return `${this.issuer}/oauth/jwks`;
  }

  get hostname(): string {
    return new URL(this.issuer).hostname;
  }
}
