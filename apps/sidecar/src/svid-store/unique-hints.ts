import type { Entitlement } from '@blastradius/contracts';

/** SPIFFE Workload API, 5.2.1. */
const HINT_BYTES_MAX = 1024;

/**
 * The same entitlements with hints as the standard wants them: each at most once in a response, and
 * not too long. The identity stays; the hint, which could not tell it from another, goes.
 */
export function uniqueHints(entitlements: readonly Entitlement[]): readonly Entitlement[] {
  const seen = new Set<string>();
  return entitlements.map((entitlement) => {
    const { hint } = entitlement;
    const isUsable = hint === '' || (!seen.has(hint) && Buffer.byteLength(hint) <= HINT_BYTES_MAX);
    seen.add(hint);
    return isUsable ? entitlement : { ...entitlement, hint: '' };
  });
}

/** All trust domains that these identities federate with, in order. */
export function federatesWith(entitlements: readonly Entitlement[]): readonly string[] {
  return [...new Set(entitlements.flatMap((entitlement) => entitlement.federatesWith ?? []))].sort();
}
