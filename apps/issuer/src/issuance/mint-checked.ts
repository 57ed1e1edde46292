import type { X509SvidDocument } from '@blastradius/contracts';
import { type Authority, checkMintedSvid, mintX509Svid } from '@blastradius/pki';
import { durations } from '@blastradius/runtime';
import type { Issued } from './judged-issuance.ts';
import { svidLifetime } from './svid-lifetime.ts';

export interface MintOrder {
  readonly spiffeId: string;
  readonly publicKeySpki: Uint8Array;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly now: Date;
  readonly ttlSeconds: number;
}

/** Named by its serial number, hex in lower case. */
export type IssuedSvid = Issued<X509SvidDocument>;

const mintDuration = durations(
  'blastradius.issuer.mint.duration',
  'Duration of minting and checking one X509-SVID.',
);

/** Mints an SVID and releases it only when the certificate, read back, is what was ordered. */
export function mintChecked(authority: Authority, order: MintOrder): IssuedSvid {
  const { spiffeId, publicKeySpki, dnsNames = [], ipAddresses = [], now, ttlSeconds } = order;
  const startedAt = performance.now();
  const lifetime = svidLifetime(now, ttlSeconds);
  const wanted = { authority, spiffeId, publicKeySpki, dnsNames, ipAddresses, ...lifetime };
  const minted = mintX509Svid(wanted);
  checkMintedSvid(minted, wanted);
  mintDuration.record((performance.now() - startedAt) / 1000);
  const leaf = Buffer.from(minted.certificate).toString('base64');
  return {
    document: { spiffeId, certificateChain: [leaf], notAfterMs: minted.notAfter.getTime() },
    serial: minted.serial,
  };
}
