import type { SvidTtls } from '@blastradius/issuance-policy';

/** What the SVIDs of this trust domain are issued under. Fractions of a second are allowed; SVIDs have whole ones. */
export class IssuanceTerms {
  readonly trustDomain: string;
  readonly x509SvidTtlSeconds: number;
  readonly jwtSvidTtlSeconds: number;
  readonly witSvidTtlSeconds: number;
  /** The `iss` of JWT-SVIDs; none where it is undefined. */
  readonly jwtSvidIssuer: string | undefined;

  constructor(terms: Omit<Readonly<IssuanceTerms>, 'ttlSeconds'>) {
    this.trustDomain = terms.trustDomain;
    this.x509SvidTtlSeconds = terms.x509SvidTtlSeconds;
    this.jwtSvidTtlSeconds = terms.jwtSvidTtlSeconds;
    this.witSvidTtlSeconds = terms.witSvidTtlSeconds;
    this.jwtSvidIssuer = terms.jwtSvidIssuer;
  }

  get ttlSeconds(): SvidTtls {
    return { x509: this.x509SvidTtlSeconds, jwt: this.jwtSvidTtlSeconds, wit: this.witSvidTtlSeconds };
  }
}
