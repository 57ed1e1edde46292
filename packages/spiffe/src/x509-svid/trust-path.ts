import type { X509Bundle } from '../bundle/x509-bundle.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { permitsNames } from './name-constraints.ts';
import { isSigningCertificate } from './signing-certificate.ts';
import { checkValidity } from './validity.ts';
import { SvidUntrusted, X509SvidRefused } from './x509-svid.errors.ts';

/** Authorities are checked with every handshake; a bundle's bytes never change in place. */
const parsedAuthorities = new WeakMap<Uint8Array, Certificate | 'unusable'>();

/**
 * Walks from the leaf to an authority of the bundle by signatures (RFC 5280, section 6; X509-SVID,
 * section 5.1). The presented order is the path: each certificate is signed by the next one, until
 * one is signed by an authority.
 */
export function checkTrustPath(chain: readonly Certificate[], bundle: X509Bundle, now: Date): void {
  const authorities = bundle.authorities.map(parseAuthority).filter((authority) => authority !== 'unusable');
  for (const depth of chain.keys()) {
    const signed = chain.slice(0, depth + 1);
    if (authorities.some((authority) => maySign(authority, signed, now))) return;
    const next = chain[depth + 1];
    if (next === undefined || !maySign(next, signed, now)) break;
  }
  throw new SvidUntrusted('no path to an authority of the trust domain');
}

/** One authority that can't be relied on must not take the others down with it. */
function parseAuthority(der: Uint8Array): Certificate | 'unusable' {
  const known = parsedAuthorities.get(der);
  if (known !== undefined) return known;
  const parsed = parseOrLeaveOut(der);
  parsedAuthorities.set(der, parsed);
  return parsed;
}

function parseOrLeaveOut(der: Uint8Array): Certificate | 'unusable' {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof X509SvidRefused) return 'unusable';
    throw error;
  }
}

/** Whether `signer` vouches for the last of `signed`, and for all that this one vouches for. */
function maySign(signer: Certificate, signed: readonly Certificate[], now: Date): boolean {
  const certificate = signed.at(-1);
  const intermediatesBelow = signed.length - 1;
  const { pathLength, nameConstraints } = signer;
  return (
    certificate !== undefined &&
    isSigningCertificate(signer) &&
    (pathLength === undefined || pathLength >= intermediatesBelow) &&
    (nameConstraints === undefined || signed.every((names) => permitsNames(nameConstraints, names))) &&
    isValidAt(signer, now) &&
    certificate.x509.checkIssued(signer.x509) &&
    certificate.x509.verify(signer.publicKey)
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
