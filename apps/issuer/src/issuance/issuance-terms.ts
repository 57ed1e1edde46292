/** What the SVIDs of this trust domain are issued under. Fractions of a second are allowed; SVIDs have whole ones. */
export class IssuanceTerms {
  readonly trustDomain: string;
  readonly x509SvidTtlSeconds: number;
  readonly jwtSvidTtlSeconds: number;
  readonly witSvidTtlSeconds: number;
  /** The `iss` of JWT-SVIDs; none where it is undefined. */
  readonly jwtSvidIssuer: string | undefined;

  constructor(terms: Readonly<IssuanceTerms>) {
    this.trustDomain = terms.trustDomain;
    this.x509SvidTtlSeconds = terms.x509SvidTtlSeconds;
    this.jwtSvidTtlSeconds = terms.jwtSvidTtlSeconds;
    this.witSvidTtlSeconds = terms.witSvidTtlSeconds;
    this.jwtSvidIssuer = terms.jwtSvidIssuer;
  }
}
