import { createPublicKey } from 'node:crypto';
import type { TokenSvidDocument } from '@blastradius/contracts';
import { parseWitSvidInsecure, type WitSvidMessage } from '@blastradius/spiffe';
import type { HeldIdentity } from './held-svid.ts';
import type { WitIssuer } from './issuer.ts';
import { type Issued, type KeyAndId, type Minted, type MintOptions, mintTogether } from './mint-together.ts';
import { tokenKeyId } from './token-key-id.ts';

export interface HeldWitSvid extends HeldIdentity {
  readonly token: string;
  /** The private key, a JWK in JSON. */
  readonly key: string;
}

export function mintWitSvids(issuer: WitIssuer, options: MintOptions): Promise<Minted<HeldWitSvid>> {
  return mintTogether<TokenSvidDocument, HeldWitSvid>(options, {
    ask: (requests) => issuer.mintWitSvids(options.selectors, requests),
    hold: holdWitSvid,
  });
}

export function witSvidMessage(svid: HeldWitSvid, hint: string): WitSvidMessage {
  return { spiffeId: svid.spiffeId, witSvid: svid.token, witSvidKey: svid.key, hint };
}

function holdWitSvid(
  { token, ...document }: TokenSvidDocument,
  { spiffeId, pair }: KeyAndId,
): Issued<HeldWitSvid> | undefined {
  // Whether it is of use by our own clock is judged for all kinds alike.
  const svid = parseWitSvidInsecure(token, new Date(document.issuedAtMs));
  const own = createPublicKey(pair.privateKey).export({ format: 'jwk' });
  const { x, y, alg } = svid.confirmationKey;
  if (svid.spiffeId.toString() !== spiffeId || x !== own.x || y !== own.y) return undefined;
  const held = {
    spiffeId,
    token,
    key: JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), alg }),
    authorityKeyId: tokenKeyId(token),
  };
  const { issuedAtMs } = document;
  const expiresAtMs = Math.min(document.expiresAtMs, svid.expiresAt.getTime());
  return { issuedAtMs, expiresAtMs, held: (renewal) => ({ ...held, ...renewal }) };
}
