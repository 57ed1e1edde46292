import { MintLifetimeEmpty } from '../x509-svid/mint.errors.ts';

export interface TokenLifetime {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Whole seconds, as everyone's NumericDate is (RFC 7519, section 2), and none beyond the signer's own end. */
export function tokenLifetimeWithin(
  signerNotAfter: Date,
  { issuedAt, expiresAt }: TokenLifetime,
): TokenLifetime {
  const begin = wholeSeconds(issuedAt.getTime());
  const end = wholeSeconds(Math.min(expiresAt.getTime(), signerNotAfter.getTime()));
  if (!(begin < end)) {
    throw new MintLifetimeEmpty('nothing is left of the lifetime', { context: { issuedAt, expiresAt } });
  }
  return { issuedAt: begin, expiresAt: end };
}

export function numericDate(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}

function wholeSeconds(atMs: number): Date {
  return new Date(Math.floor(atMs / 1000) * 1000);
}
