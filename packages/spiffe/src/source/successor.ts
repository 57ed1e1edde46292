import type { X509BundleSet } from '../bundle/x509-bundle.ts';
import type { X509Context } from '../workload-api/x509-context.ts';
import { verifyX509Svid } from '../x509-svid/verify-x509-svid.ts';
import type { X509Svid } from '../x509-svid/x509-svid.ts';

export interface Succession {
  readonly held: X509Context;
  readonly next: X509Context;
}

/**
 * What a source holds after an update: what came, unless no peer could verify its default SVID (it has expired,
 * or no authority that came with it has signed it) while peers still verify the one held. Then the SVIDs stay;
 * the bundles are taken in any case, since what they withdraw must not be trusted any longer.
 */
export function successorOf(
  { held, next }: Succession,
  now: Date,
  onFault: (fault: unknown) => void,
): X509Context {
  const fault = faultOf(next.svids[0], next.bundles, now);
  if (fault === undefined) return next;
  onFault(fault);
  const heldIsGood = faultOf(held.svids[0], next.bundles, now) === undefined;
  return heldIsGood ? { svids: held.svids, bundles: next.bundles } : next;
}

/** Why no peer could verify the SVID; undefined where it could. */
function faultOf(svid: X509Svid | undefined, bundles: X509BundleSet, now: Date): unknown {
  if (svid === undefined) return new TypeError('there is no SVID');
  // A clock that is behind must not make us hold on to an old SVID: peers judge by their own clocks.
  const at = new Date(Math.max(now.getTime(), svid.notBefore.getTime()));
  try {
    verifyX509Svid(svid.certificates, bundles, at);
    return undefined;
  } catch (fault) {
    return fault;
  }
}
