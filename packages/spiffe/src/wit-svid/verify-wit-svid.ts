import type { WitBundleSet } from '../bundle/wit-bundle.ts';
import { checkTokenValidity } from '../token-svid/token-claims.ts';
import { verifyTokenSignature } from '../token-svid/verify-signature.ts';
import { readWitSvid, type WitSvid } from './wit-svid.ts';

export interface WitSvidExpectation {
  readonly bundles: WitBundleSet;
  readonly now: Date;
  /** What the clocks may differ by: a minute unless given. */
  readonly leewaySeconds?: number;
}

/**
 * Verifies a WIT-SVID (WIT-SVID, section 4). This says whose `confirmationKey` is; that the caller
 * holds it is for a proof of possession to show. Rejects with TokenSvidRefused (`wit-svid.*`).
 */
export async function verifyWitSvid(
  token: string,
  { bundles, now, leewaySeconds }: WitSvidExpectation,
): Promise<WitSvid> {
  const { unverified, claims, svid } = readWitSvid(token);
  await verifyTokenSignature(unverified, claims, bundles);
  checkTokenValidity(unverified, claims, { now, leewaySeconds });
  return svid;
}
