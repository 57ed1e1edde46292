import type { JwtBundleSet } from '../bundle/jwt-bundle.ts';
import { verifyTokenSignature } from '../token-svid/verify-signature.ts';
import { checkJwtSvid, type JwtSvid, readJwtSvid } from './jwt-svid.ts';

export interface JwtSvidExpectation {
  /** The verifier's own names: the token must be for one of them. */
  readonly audience: readonly string[];
  readonly bundles: JwtBundleSet;
  readonly now: Date;
  /** What the clocks may differ by: a minute unless given. */
  readonly leewaySeconds?: number;
}

/**
 * Verifies a JWT-SVID that a caller presents (JWT-SVID, section 4), with some leeway between the clocks. Rejects with TokenSvidRefused (`jwt-svid.*`).
 */
export async function verifyJwtSvid(
  token: string,
  { audience, bundles, now, leewaySeconds }: JwtSvidExpectation,
): Promise<JwtSvid> {
  const read = readJwtSvid(token);
  await verifyTokenSignature(read.unverified, read.claims, bundles);
  checkJwtSvid(read, audience, { now, leewaySeconds });
  return read.svid;
}
