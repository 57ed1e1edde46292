import type { Entitlement } from '@blastradius/contracts';
import type { FurtherClaims } from '@blastradius/pki';

/** How long SVIDs live, a figure for each kind. */
export interface SvidTtls {
  readonly x509: number;
  readonly jwt: number;
  readonly wit: number;
}

/** An identity that a workload may hold, under which policy, and what its SVIDs say. */
export interface GrantedIdentity extends Entitlement {
  readonly dnsNames: readonly string[];
  readonly claims: FurtherClaims;
  /** What the policy says; the issuer's own figures count for what is left out, and where they are lower. */
  readonly ttlSeconds: { readonly [Kind in keyof SvidTtls]?: number | undefined };
}

/** A process that asks for identities, through the sidecar of its node, which vouches for the selectors. */
export interface AttestedWorkload {
  /** The node as which the sidecar was admitted: what its own SVID says, never what it claims. */
  readonly node: string;
  readonly selectors: readonly string[];
  /** The workload that asks in this one's place, by the sidecar's word; undefined where it asks itself. */
  readonly broker?: string | undefined;
}

/** How long the SVIDs of a granted identity live: never longer than the issuer's own setting. */
export function svidTtlSeconds(kind: keyof SvidTtls, { ttlSeconds }: GrantedIdentity, own: number): number {
  return Math.min(ttlSeconds[kind] ?? own, own);
}
