import { formatSpiffeBundle } from '../bundle/format-spiffe-bundle.ts';
import type { SpiffeBundle } from '../bundle/spiffe-bundle.ts';
import { FetchedBundleRolledBack } from './federation.errors.ts';

/**
 * Says whether a bundle that was fetched has other keys than the one held. It takes that one's place whole,
 * and nothing of the two is merged (SPIFFE Federation, section 4). Throws `federation.sequence-rolled-back`
 * for an older one: a sequence only grows (SPIFFE Trust Domain and Bundle, section 4.1.1), and one that was
 * there does not go away.
 */
export function acceptFetchedBundle(held: SpiffeBundle | undefined, fetched: SpiffeBundle): boolean {
  if (held === undefined) return true;
  if (held.sequence !== undefined && (fetched.sequence ?? -1n) < held.sequence) {
    const got = fetched.sequence === undefined ? 'no sequence' : `sequence ${fetched.sequence}`;
    throw new FetchedBundleRolledBack(
      `the endpoint of ${held.trustDomain} gave a bundle with ${got}, and ${held.sequence} is held`,
    );
  }
  return keysOf(held) !== keysOf(fetched);
}

function keysOf({ trustDomain, x509Authorities, jwtAuthorities, witAuthorities }: SpiffeBundle): string {
  return formatSpiffeBundle({ trustDomain, x509Authorities, jwtAuthorities, witAuthorities });
}
