import type { KeyObject } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import {
  type AccessToken,
  type DpopProof,
  DpopProofRefused,
  parseSpiffeId,
  type SpiffeId,
  TokenSenderUnproved,
  verifyAccessToken,
  verifyDpopProof,
} from '@blastradius/spiffe';
import { BearerSvidRefused } from '../jwt-svid/verify-bearer-svid.ts';
import { ProofRefused } from '../wit-svid/proof.ts';
import { SeenProofs } from '../wit-svid/seen-proofs.ts';

/** A proof is made for one request: long enough for clocks that differ a little. */
const PROOF_WINDOW_SECONDS = 30;

/** An access token and the proof that came with it, on a request to one of `targets`. */
export interface ShownBoundAccessToken {
  readonly accessToken: string;
  readonly proof: string;
  readonly method: string;
  /** The URLs by which the request reached us, without query. */
  readonly targets: readonly string[];
}

/** Rejects with `BearerSvidRefused` or `ProofRefused`; resolves to only what has been proved. */
export type VerifyBoundAccessToken = (
  shown: ShownBoundAccessToken,
  now: Date,
) => Promise<{ readonly spiffeId: SpiffeId }>;

export interface BoundAccessTokenVerification {
  /** The authorization server, as its metadata has it. */
  readonly issuer: string;
  /** Its keys by `kid`; asked each time, so that a key that was taken out counts no more. */
  readonly keys: () => ReadonlyMap<string, KeyObject>;
  /** The server's own name: a token for anyone else is refused. */
  readonly audience: string;
  readonly leewaySeconds: number;
}

/**
 * Verifies a sender-constrained access token (RFC 9068, section 4) and that its sender holds the key that
 * it is bound to (RFC 9449, section 7.1).
 */
export function boundAccessTokenVerifier(verification: BoundAccessTokenVerification): VerifyBoundAccessToken {
  const { keys, ...expected } = verification;
  const seen = new SeenProofs();
  return async (shown, now) => {
    const { accessToken: text } = shown;
    const proof = await provedOrRefused(shown, now);
    const { keyThumbprint } = proof;
    const accessToken = await believedOrRefused(text, {
      ...expected,
      keys: keys(),
      now,
      sender: { keyThumbprint },
    });
    const spiffeId = holderOf(accessToken);
    if (!seen.take(`${keyThumbprint} ${proof.proofId}`, proof.staleAt.getTime(), now.getTime())) {
      throw new ProofRefused('the proof was shown before');
    }
    return { spiffeId };
  };
}

async function provedOrRefused(
  { accessToken, proof, method, targets }: ShownBoundAccessToken,
  now: Date,
): Promise<DpopProof> {
  const windowSeconds = PROOF_WINDOW_SECONDS;
  try {
    return await verifyDpopProof(proof, { method, url: targets, now, accessToken, windowSeconds });
  } catch (cause) {
    if (!(cause instanceof DpopProofRefused)) throw cause;
    throw new ProofRefused('the proof is not one by its key for this request', { cause });
  }
}

async function believedOrRefused(...shown: Parameters<typeof verifyAccessToken>): Promise<AccessToken> {
  try {
    return await verifyAccessToken(...shown);
  } catch (cause) {
    if (cause instanceof TokenSenderUnproved) {
      throw new ProofRefused('the proof is by another key than the token’s', { cause });
    }
    const expired = cause instanceof DomainError && cause.code === 'access-token.expired';
    throw new BearerSvidRefused(expired ? 'admission.expired-token' : 'admission.untrusted-token', cause);
  }
}

/** A token that binds nobody works for whoever has it, and one that was passed on is no agent's own. */
function holderOf({ confirmation, subject, clientId, actors }: AccessToken): SpiffeId {
  if (confirmation?.jkt === undefined) throw new ProofRefused('the token is bound to no key');
  if (clientId !== subject || actors.length > 0) {
    throw new BearerSvidRefused('admission.untrusted-token', new TypeError('the token was delegated'));
  }
  return parseSpiffeId(subject);
}
