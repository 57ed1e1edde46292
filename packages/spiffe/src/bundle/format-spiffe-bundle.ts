import { createPublicKey, type KeyObject } from 'node:crypto';
import { certificatesToPem } from '../pem/pem.ts';
import type { JwtBundle } from './jwt-bundle.ts';
import type { SpiffeBundle } from './spiffe-bundle.ts';
import type { WitBundle } from './wit-bundle.ts';

/**
 * Writes a SPIFFE bundle document. One content has one text: keys in the order of their IDs, members
 * in a fixed order, no spaces.
 */
export function formatSpiffeBundle(bundle: SpiffeBundle): string {
  const keys = [
    ...bundle.x509Authorities.map(formatX509Authority),
    ...formatTokenAuthorities(bundle.jwtAuthorities, 'jwt-svid'),
    ...formatTokenAuthorities(bundle.witAuthorities, 'wit-svid'),
  ];
  const members = [
    `"keys":${JSON.stringify(keys)}`,
    // Written by hand: JSON.stringify takes no bigint.
    ...(bundle.sequence === undefined ? [] : [`"spiffe_sequence":${bundle.sequence}`]),
    ...(bundle.refreshHintSeconds === undefined
      ? []
      : [`"spiffe_refresh_hint":${Math.ceil(bundle.refreshHintSeconds)}`]),
  ];
  return `{${members.join(',')}}`;
}

/** The JWK Set that FetchJWTBundles sends for one trust domain; without `use`, as SPIRE sends it. */
export function formatJwtBundle(bundle: JwtBundle): string {
  return JSON.stringify({ keys: formatTokenAuthorities(bundle.authorities, undefined) });
}

/** The JWK Set that FetchWITBundles sends for one trust domain. */
export function formatWitBundle(bundle: WitBundle): string {
  return JSON.stringify({ keys: formatTokenAuthorities(bundle.authorities, 'wit-svid') });
}

function formatX509Authority(der: Uint8Array) {
  const key = createPublicKey(certificatesToPem([der]));
  return { ...publicMembers(key, { use: 'x509-svid' }), x5c: [Buffer.from(der).toString('base64')] };
}

function formatTokenAuthorities(authorities: ReadonlyMap<string, KeyObject>, use: string | undefined) {
  return [...authorities]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([kid, key]) => publicMembers(key, { ...(use && { use }), kid }));
}

/** A private key that was given by mistake is never written. */
function publicMembers(key: KeyObject, naming: { use?: string; kid?: string }) {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { kty, ...members } = publicKey.export({ format: 'jwk' });
  return { kty, ...naming, ...members };
}
