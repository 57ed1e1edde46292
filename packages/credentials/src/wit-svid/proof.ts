import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { confirmationPublicKey, isJwsSignedBy, readJws, type WitSvid } from '@blastradius/spiffe';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { SeenProofs } from './seen-proofs.ts';

/** Where a proof and the token that it is for travel (draft-ietf-wimse-wpt-02; WIT: draft-ietf-wimse-workload-creds-02). */
export const TOKEN_HEADER = 'workload-identity-token';
export const PROOF_HEADER = 'workload-proof-token';

const TYPE = 'wpt+jwt';
/** A proof is made for one request: long enough for clocks that differ a little. */
const LIFETIME_SECONDS = 30;
/** Many times what a proof takes; a stranger must not make us parse without end. */
const LENGTH_MAX = 8192;

/** A token with the key that it is bound to. */
export interface BoundToken {
  readonly token: string;
  readonly confirmationKey: { readonly alg: string };
  readonly privateKey: KeyObject;
}

/** A Workload Proof Token for one request to `target`, a URL whose query and fragment don't count. */
export function createProof(
  { token, confirmationKey, privateKey }: BoundToken,
  target: string,
): Promise<string> {
  return new SignJWT({ wth: hashOf(token) })
    .setProtectedHeader({ alg: confirmationKey.alg, typ: TYPE })
    .setAudience(withoutQuery(target))
    .setExpirationTime(new Date(Date.now() + LIFETIME_SECONDS * 1000))
    .setJti(randomUUID())
    .sign(privateKey);
}

/** The proof does not show that the caller holds the key, for this request and for the first time. */
export class ProofRefused extends DomainError {
  readonly code = 'admission.untrusted-proof';
  readonly category = 'unauthenticated';
}

const claims = z.object({
  jti: z.string().min(1).max(128),
  exp: z.number(),
  wth: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number().optional(),
  nbf: z.number().optional(),
  // No access token and no transaction token comes with our requests, so that a proof can't be for one;
  // other tokens that are named must be understood.
  ath: z.undefined().optional(),
  tth: z.undefined().optional(),
  oth: z.undefined().optional(),
});

export interface ProofExpectation {
  readonly svid: WitSvid;
  /** The URLs by which the request reached us, without query. */
  readonly targets: readonly string[];
  readonly now: Date;
  readonly seen: SeenProofs;
}

/** Rejects with `ProofRefused` unless the proof is by the token's own key, for this request, and new. */
export async function verifyProof(
  proof: string,
  { svid, targets, now, seen }: ProofExpectation,
): Promise<void> {
  const { jti, exp, wth } = readProof(proof, { svid, targets, now });
  if (wth !== hashOf(svid.token)) throw new ProofRefused('the proof is for another token');
  const expiresAtMs = exp * 1000;
  if (expiresAtMs > now.getTime() + 2 * LIFETIME_SECONDS * 1000) {
    throw new ProofRefused('the proof lives for too long');
  }
  if (!seen.take(`${wth} ${jti}`, expiresAtMs, now.getTime()))
    throw new ProofRefused('the proof was shown before');
}

function readProof(proof: string, { svid, targets, now }: Omit<ProofExpectation, 'seen'>) {
  const { confirmationKey } = svid;
  const { alg } = confirmationKey;
  const jws = readJws(proof, LENGTH_MAX);
  if (jws === undefined || jws.header['typ'] !== TYPE || jws.header['alg'] !== alg) {
    throw new ProofRefused('the proof is none of its type and of the key’s algorithm');
  }
  if (!isJwsSignedBy(confirmationPublicKey(confirmationKey), alg, proof)) {
    throw new ProofRefused('the proof is not by the token’s key');
  }
  const { data, error } = claims.safeParse(jws.claims);
  if (error)
    throw new ProofRefused('the proof lacks a claim, or has one that is not understood', { cause: error });
  if (![data.aud].flat().some((target) => targets.includes(target))) {
    throw new ProofRefused('the proof is for another request');
  }
  const nowSeconds = now.getTime() / 1000;
  // Written so that a `now` that is no date lets nothing pass.
  if (!(data.exp > nowSeconds) || (data.nbf !== undefined && !(data.nbf <= nowSeconds))) {
    throw new ProofRefused('the proof is not of now');
  }
  return data;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function withoutQuery(target: string): string {
  const { origin, pathname } = new URL(target);
  return `${origin}${pathname}`;
}
