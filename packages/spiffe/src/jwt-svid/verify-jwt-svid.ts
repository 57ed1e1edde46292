import type { JwtBundleSet } from '../bundle/jwt-bundle.ts';
import type { VerifiedTokens } from '../token-svid/verified-tokens.ts';
import { verifyTokenSignature } from '../token-svid/verify-signature.ts';
import { checkJwtSvid, type JwtSvid, readJwtSvid, type UnverifiedJwtSvid } from './jwt-svid.ts';

export interface JwtSvidExpectation {
  /** The verifier's own names: the token must be for one of them. */
  readonly audience: readonly string[];
  readonly bundles: JwtBundleSet;
  readonly now: Date;
  /** What the clocks may differ by: a minute unless given. */
  readonly leewaySeconds?: number;
  /** For who sees the same tokens again and again; it is filled here. */
  readonly verified?: VerifiedTokens<UnverifiedJwtSvid> | undefined;
}

/**
 * Verifies a JWT-SVID that a caller presents (JWT-SVID, section 4), with some leeway between the clocks. Rejects with TokenSvidRefused (`jwt-svid.*`).
 */
export async function verifyJwtSvid(
  token: string,
  { audience, bundles, now, leewaySeconds, verified }: JwtSvidExpectation,
): Promise<JwtSvid> {
  const known = verified?.get(token, bundles);
  const read = known ?? readJwtSvid(token);
  if (known === undefined) {
    verifyTokenSignature(read.unverified, read.claims, bundles);
    verified?.add(token, bundles, read);
  }
  checkJwtSvid(read, audience, { now, leewaySeconds });
  return read.svid;
}
