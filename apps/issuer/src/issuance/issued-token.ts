import type { TokenSvidDocument } from '@blastradius/contracts';
import type { MintedToken } from '@blastradius/pki';
import type { Issued } from './judged-issuance.ts';

/** A minted token as it is answered; the ledger names it by its `jti`, never by itself. */
export function issuedToken(spiffeId: string, minted: MintedToken): Issued<TokenSvidDocument> {
  const { token, tokenId, issuedAt, expiresAt } = minted;
  return {
    document: { spiffeId, token, issuedAtMs: issuedAt.getTime(), expiresAtMs: expiresAt.getTime() },
    serial: tokenId,
  };
}
