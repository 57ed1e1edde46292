import { DomainError } from '@blastradius/kernel';
import {
  type UnverifiedWitSvid,
  VerifiedTokens,
  verifyWitSvid,
  type WitBundleSet,
  type WitSvid,
} from '@blastradius/spiffe';
import { BearerSvidRefused } from '../jwt-svid/verify-bearer-svid.ts';
import { verifyProof } from './proof.ts';
import { SeenProofs } from './seen-proofs.ts';

/** A token and the proof that came with it, on a request to one of `targets`. */
export interface ShownBoundSvid {
  readonly token: string;
  readonly proof: string;
  /** The URLs by which the request reached us, without query. */
  readonly targets: readonly string[];
}

/** Rejects with `BearerSvidRefused` or `ProofRefused`; resolves to only what has been proved. */
export type VerifyBoundSvid = (shown: ShownBoundSvid, now: Date) => Promise<WitSvid>;

/** Verifies a WIT-SVID (WIT-SVID, section 4) and that the caller holds its key (WIMSE WPT). */
export function boundSvidVerifier({
  bundles,
  leewaySeconds,
}: {
  /** Asked each time, so that a key that was taken out counts no more. */
  readonly bundles: () => WitBundleSet;
  readonly leewaySeconds: number;
}): VerifyBoundSvid {
  const seen = new SeenProofs();
  const verified = new VerifiedTokens<UnverifiedWitSvid>();
  return async ({ token, proof, targets }, now) => {
    const svid = await verifiedOrRefused(token, { bundles: bundles(), now, leewaySeconds, verified });
    await verifyProof(proof, { svid, targets, now, seen });
    return svid;
  };
}

async function verifiedOrRefused(
  ...[token, expectation]: Parameters<typeof verifyWitSvid>
): Promise<WitSvid> {
  try {
    return await verifyWitSvid(token, expectation);
  } catch (cause) {
    const expired = cause instanceof DomainError && cause.code === 'wit-svid.expired';
    throw new BearerSvidRefused(expired ? 'admission.expired-token' : 'admission.untrusted-token', cause);
  }
}
