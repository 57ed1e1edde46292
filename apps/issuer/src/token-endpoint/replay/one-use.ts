import { createHash } from 'node:crypto';
import type { DpopProof, JwtSvid } from '@blastradius/spiffe';
import type { OneUse } from './used-proofs.ts';

/** As long as the verifiers forgive a clock. */
const leewayMs = 60_000;

/**
 * By its `jti`, or by what was signed where it has none: not by the whole token, since who changes the
 * second half of an ECDSA signature to its negative has another token that is as good.
 */
export function oneUseOfJwtSvid({ token, claims, spiffeId, expiresAt }: JwtSvid): OneUse {
  const { jti } = claims;
  const name =
    typeof jti === 'string' && jti !== ''
      ? ['jti', spiffeId.toString(), jti]
      : ['signed', token.slice(0, token.lastIndexOf('.'))];
  return { id: hashOf(name), expiresAt: new Date(expiresAt.getTime() + leewayMs) };
}

export function oneUseOfDpopProof({ keyThumbprint, proofId, staleAt }: DpopProof): OneUse {
  return { id: hashOf(['dpop', keyThumbprint, proofId]), expiresAt: staleAt };
}

function hashOf(name: readonly string[]): Uint8Array {
  return createHash('sha256').update(JSON.stringify(name)).digest();
}
