import { DomainError } from '@blastradius/kernel';
import {
  type JwtBundleSet,
  type JwtSvid,
  type UnverifiedJwtSvid,
  VerifiedTokens,
  verifyJwtSvid,
} from '@blastradius/spiffe';

/** Rejects with `BearerSvidRefused`; resolves to only what has been proved. */
export type VerifyBearerSvid = (token: string, now: Date) => Promise<JwtSvid>;

export class BearerSvidRefused extends DomainError {
  readonly category = 'unauthenticated';
  readonly code: 'admission.untrusted-token' | 'admission.expired-token';

  constructor(code: BearerSvidRefused['code'], cause: unknown) {
    super('the token is not accepted', { cause });
    this.code = code;
  }
}

export interface BearerSvidVerification {
  /** Asked each time, so that a key that was taken out counts no more. */
  readonly bundles: () => JwtBundleSet;
  /** The server's own name: a token for anyone else is refused. */
  readonly audience: string;
  /** What the clocks may differ by. */
  readonly leewaySeconds: number;
}

/** Verifies the JWT-SVID that a caller shows as a bearer token (JWT-SVID, section 4). */
export function bearerSvidVerifier(verification: BearerSvidVerification): VerifyBearerSvid {
  const { bundles, audience, leewaySeconds } = verification;
  const verified = new VerifiedTokens<UnverifiedJwtSvid>();
  return async (token, now) => {
    try {
      return await verifyJwtSvid(token, {
        audience: [audience],
        bundles: bundles(),
        now,
        leewaySeconds,
        verified,
      });
    } catch (cause) {
      // The signature is judged before the time: what has expired was signed by a key of the bundle.
      const expired = cause instanceof DomainError && cause.code === 'jwt-svid.expired';
      throw new BearerSvidRefused(expired ? 'admission.expired-token' : 'admission.untrusted-token', cause);
    }
  };
}
