import { parseTrustDomain } from '../spiffe-id/trust-domain.ts';
import {
  BundleCertificateInvalid,
  BundleKeyIdRepeated,
  BundleRefreshHintInvalid,
  BundleSequenceInvalid,
} from './bundle.errors.ts';
import { checkJwkCertificates } from './jwk-certificates.ts';
import { type JsonMembers, readDocument, readJwks } from './jwk-set.ts';
import type { SpiffeBundle } from './spiffe-bundle.ts';
import { publicKeyOrRefuse, readTokenAuthorities } from './token-authorities.ts';

const sequenceMax = 2n ** 64n - 1n;
/** Longer than any certificate lives: 100 years. */
const refreshHintSecondsMax = 3_155_760_000n;

/**
 * Reads a SPIFFE bundle document (SPIFFE Trust Domain and Bundle, section 4). Elements of an unknown
 * `use` or key type are left out. Throws BundleInvalid or SpiffeIdInvalid.
 */
export function parseSpiffeBundle(trustDomain: string, document: string | Uint8Array): SpiffeBundle {
  return readSpiffeBundle(parseTrustDomain(trustDomain), readDocument(document));
}

/** Reads the members of a document that has been parsed already, as a bundle map holds it. */
export function readSpiffeBundle(trustDomain: string, members: JsonMembers): SpiffeBundle {
  const jwks = readJwks(members);
  const ofUse = (use: string) => jwks.filter((jwk) => jwk['use'] === use);
  const jwtAuthorities = readTokenAuthorities(ofUse('jwt-svid'));
  const witAuthorities = readTokenAuthorities(ofUse('wit-svid'));
  refuseSharedKeyIds(jwtAuthorities, witAuthorities);
  const sequence = readSequence(members['spiffe_sequence']);
  const refreshHintSeconds = readRefreshHint(members['spiffe_refresh_hint']);
  return Object.freeze({
    trustDomain,
    x509Authorities: Object.freeze(ofUse('x509-svid').map(readX509Authority)),
    jwtAuthorities,
    witAuthorities,
    ...(sequence !== undefined && { sequence }),
    ...(refreshHintSeconds !== undefined && { refreshHintSeconds }),
  });
}

function readX509Authority(jwk: JsonMembers): Uint8Array {
  const [certificate, ...more] = checkJwkCertificates(jwk, publicKeyOrRefuse(jwk));
  if (certificate === undefined || more.length > 0) {
    throw new BundleCertificateInvalid('an X.509 authority needs exactly one certificate in x5c');
  }
  return certificate;
}

/** The kid of a key for WIT-SVIDs is unique among all keys of the bundle (WIT-SVID, section 5). */
function refuseSharedKeyIds(jwt: ReadonlyMap<string, unknown>, wit: ReadonlyMap<string, unknown>): void {
  if ([...wit.keys()].some((kid) => jwt.has(kid))) {
    throw new BundleKeyIdRepeated('a key for JWT-SVIDs and one for WIT-SVIDs have the same kid');
  }
}

function readSequence(sequence: unknown): bigint | undefined {
  if (sequence === undefined) return undefined;
  if (typeof sequence !== 'bigint' || sequence > sequenceMax) {
    throw new BundleSequenceInvalid('spiffe_sequence is no unsigned integer of 64 bits');
  }
  return sequence;
}

function readRefreshHint(hint: unknown): number | undefined {
  if (hint === undefined) return undefined;
  if (typeof hint !== 'bigint' || hint > refreshHintSecondsMax) {
    throw new BundleRefreshHintInvalid('spiffe_refresh_hint is no number of seconds');
  }
  return Number(hint);
}
