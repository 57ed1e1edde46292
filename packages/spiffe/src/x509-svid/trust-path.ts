import type { X509Bundle } from '../bundle/x509-bundle.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { checkValidity } from './validity.ts';
import { SvidUntrusted } from './x509-svid.errors.ts';

/** Authorities are checked with every handshake; a bundle's bytes never change in place. */
const parsedAuthorities = new WeakMap<Uint8Array, Certificate>();

/**
 * Walks from the leaf to an authority of the bundle by signatures (RFC 5280, section 6; X509-SVID,
 * section 5.1). The presented order is the path: each certificate is signed by the next one, until
 * one is signed by an authority.
 */
export function checkTrustPath(chain: readonly Certificate[], bundle: X509Bundle, now: Date): void {
  const authorities = bundle.authorities.map(parseAuthority);
  for (const [depth, certificate] of chain.entries()) {
    // `depth` is also the number of intermediates between the leaf and this certificate's signer.
    if (authorities.some((authority) => maySign(authority, certificate, depth, now))) return;
    const next = chain[depth + 1];
    if (next === undefined || !maySign(next, certificate, depth, now)) break;
  }
  throw new SvidUntrusted('no path to an authority of the trust domain');
}

function parseAuthority(der: Uint8Array): Certificate {
  const known = parsedAuthorities.get(der);
  if (known !== undefined) return known;
  const parsed = parseCertificate(der);
  parsedAuthorities.set(der, parsed);
  return parsed;
}

function maySign(signer: Certificate, signed: Certificate, intermediatesBelow: number, now: Date): boolean {
  return (
    signer.isCa &&
    signer.keyUsage?.keyCertSign === true &&
    (signer.pathLength === undefined || signer.pathLength >= intermediatesBelow) &&
    isValidAt(signer, now) &&
    signed.x509.checkIssued(signer.x509) &&
    signed.x509.verify(signer.x509.publicKey)
  );
}

function isValidAt(certificate: Certificate, now: Date): boolean {
  try {
    checkValidity(certificate, now);
    return true;
  } catch {
    return false;
  }
}
