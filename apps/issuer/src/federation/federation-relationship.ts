/** With whom we federate, and how their bundle is fetched; what the operator has said. */
export interface FederationRelationship {
  readonly trustDomain: string;
  readonly url: string;
  readonly profile: 'https_web' | 'https_spiffe';
  /** Of https_spiffe alone. */
  readonly endpointSpiffeId: string | undefined;
  /** Of https_web alone, PEM; the CAs of the web where it is undefined. */
  readonly webAuthorities: string | undefined;
}

/** A relationship as it stands: what was asked for, and what came of it. */
export interface HeldRelationship extends FederationRelationship {
  /** Changes with each order of the operator. */
  readonly revision: string;
  /** The bundle known so far, a SPIFFE bundle document. */
  readonly document: string | undefined;
  readonly nextPollAt: Date;
  /** Since the last success. */
  readonly failures: number;
  readonly failure: string | undefined;
  readonly lastSuccessAt: Date | undefined;
  readonly lastFailureAt: Date | undefined;
}
