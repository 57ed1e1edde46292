import type { SpiffeId } from '@blastradius/spiffe';

/** The identities that only the issuer itself and node attestation give: no policy may grant them. */
export function isReserved({ path }: SpiffeId): boolean {
  return path === '/issuer' || path === '/sidecar' || path.startsWith('/sidecar/');
}
