import type { Entitlement } from '@blastradius/contracts';
import type { GrantedIdentity } from '@blastradius/issuance-policy';

/** What the sidecar needs to know; the rest stands in the SVIDs. */
export function entitlementOf({ spiffeId, hint, policyId, federatesWith }: GrantedIdentity): Entitlement {
  return { spiffeId, hint, policyId, ...(federatesWith === undefined ? {} : { federatesWith }) };
}
