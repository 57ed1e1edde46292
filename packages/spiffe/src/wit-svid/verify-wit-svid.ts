import type { WitBundleSet } from '../bundle/wit-bundle.ts';
import { checkTokenValidity } from '../token-svid/token-claims.ts';
import type { VerifiedTokens } from '../token-svid/verified-tokens.ts';
import { verifyTokenSignature } from '../token-svid/verify-signature.ts';
import { readWitSvid, type UnverifiedWitSvid, type WitSvid } from './wit-svid.ts';

export interface WitSvidExpectation {
  readonly bundles: WitBundleSet;
  readonly now: Date;
  /** What the clocks may differ by: a minute unless given. */
  readonly leewaySeconds?: number;
  /** For who sees the same tokens again and again; it is filled here. */
  readonly verified?: VerifiedTokens<UnverifiedWitSvid> | undefined;
}

/**
 * Verifies a WIT-SVID (WIT-SVID, section 4). This says whose `confirmationKey` is; that the caller
 * holds it is for a proof of possession to show. Rejects with TokenSvidRefused (`wit-svid.*`).
 */
export async function verifyWitSvid(
  token: string,
  { bundles, now, leewaySeconds, verified }: WitSvidExpectation,
): Promise<WitSvid> {
  const known = verified?.get(token, bundles);
  const read = known ?? readWitSvid(token);
  const { unverified, claims, svid } = read;
  if (known === undefined) {
    verifyTokenSignature(unverified, claims, bundles);
    verified?.add(token, bundles, read);
  }
  checkTokenValidity(unverified, claims, { now, leewaySeconds });
  return svid;
}
