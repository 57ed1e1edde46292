import {
  BearerSvidRefused,
  bearerTokenIn,
  ProofRefused,
  type VerifyBearerSvid,
  type VerifyBoundAccessToken,
  type VerifyBoundSvid,
} from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { credentialId } from '@blastradius/ledger';
import type { SpiffeId } from '@blastradius/spiffe';
import type { IdentityFinding, ProveIdentity } from './identity-admission.ts';
import { nothingShown } from './judgement.ts';

const nothing: IdentityFinding = { refused: 'admission.missing-credential', shown: nothingShown };

/** Arm `jwt-svid`: whoever shows the token is the identity in it. */
export function proveByBearerToken(verify: VerifyBearerSvid, clock: Clock): ProveIdentity {
  return ({ authorization }) => {
    const token = bearerTokenIn(authorization);
    return token === undefined ? nothing : finding(token, () => verify(token, clock.now()));
  };
}

/** Arm `wit-svid`: the token says whose the key is, and the proof that the caller holds it. */
export function proveByBoundToken(
  verify: VerifyBoundSvid,
  clock: Clock,
  origins: () => readonly string[],
): ProveIdentity {
  return ({ workloadIdentityToken: token, workloadProofToken: proof, path }) => {
    if (token === undefined || proof === undefined) return nothing;
    const targets = origins().map((origin) => `${origin}${path}`);
    return finding(token, () => verify({ token, proof, targets }, clock.now()));
  };
}

/** Arm `jwt-svid+dpop`: the token says whose the key is, and the proof that the sender holds it. */
export function proveByBoundAccessToken(
  verify: VerifyBoundAccessToken,
  clock: Clock,
  origins: () => readonly string[],
): ProveIdentity {
  return ({ authorization, dpopProof: proof, method, path }) => {
    const { scheme, token: accessToken } = tokenIn(authorization) ?? {};
    if (accessToken === undefined) return nothing;
    // As a bearer token it counts for nothing (RFC 9449, section 7.2).
    if (scheme !== 'dpop' || proof === undefined) {
      return {
        refused: 'admission.untrusted-proof',
        shown: { ...nothingShown, credentialId: credentialId(accessToken) },
      };
    }
    const targets = origins().map((origin) => `${origin}${path}`);
    return finding(accessToken, () => verify({ accessToken, proof, method, targets }, clock.now()));
  };
}

function tokenIn(authorization: string | undefined): { scheme: string; token: string } | undefined {
  const [, scheme, token] = /^(Bearer|DPoP) +([^\s]+) *$/i.exec(authorization ?? '') ?? [];
  return scheme === undefined || token === undefined ? undefined : { scheme: scheme.toLowerCase(), token };
}

async function finding(
  token: string,
  verified: () => Promise<{ readonly spiffeId: SpiffeId }>,
): Promise<IdentityFinding> {
  const shown = { ...nothingShown, credentialId: credentialId(token) };
  try {
    const { spiffeId } = await verified();
    return { refused: null, shown: { ...shown, spiffeId: spiffeId.toString() } };
  } catch (error) {
    if (!(error instanceof BearerSvidRefused || error instanceof ProofRefused)) throw error;
    return { refused: error.code, shown };
  }
}
