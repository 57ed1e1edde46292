import { X509Certificate } from 'node:crypto';
import type { X509SvidDocument } from '@blastradius/contracts';
import { authorityKeyIdOf } from '@blastradius/spiffe';
import type { HeldSvid } from './held-svid.ts';
import type { Issuer } from './issuer.ts';
import { type Issued, type KeyAndId, type Minted, type MintOptions, mintTogether } from './mint-together.ts';

export function mintX509Svids(issuer: Issuer, options: MintOptions): Promise<Minted<HeldSvid>> {
  return mintTogether<X509SvidDocument, HeldSvid>(options, {
    ask: (requests) => issuer.mint(options.selectors, requests),
    hold: holdX509Svid,
  });
}

function holdX509Svid(
  document: X509SvidDocument,
  { spiffeId, pair }: KeyAndId,
): Issued<HeldSvid> | undefined {
  const chain = document.certificateChain.map((der) => Buffer.from(der, 'base64'));
  const [leaf] = chain;
  if (leaf === undefined || document.spiffeId !== spiffeId) return undefined;
  const certificate = new X509Certificate(leaf);
  if (!certificate.checkPrivateKey(pair.privateKey)) return undefined;
  const svid = {
    spiffeId,
    chain: Buffer.concat(chain),
    key: pair.privateKeyDer,
    authorityKeyId: authorityKeyIdOf(leaf),
  };
  const span = { issuedAtMs: certificate.validFromDate.getTime(), expiresAtMs: document.notAfterMs };
  return { ...span, held: (renewal) => ({ ...svid, ...renewal }) };
}
