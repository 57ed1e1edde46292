/** What every SVID of this trust domain is issued under. */
export class IssuanceTerms {
  readonly trustDomain: string;
  /** Fractions of a second are allowed; the certificate has whole ones. */
  readonly ttlSeconds: number;

  constructor(trustDomain: string, ttlSeconds: number) {
    this.trustDomain = trustDomain;
    this.ttlSeconds = ttlSeconds;
  }
}
