import { sign } from 'node:crypto';
import { parseSpiffeId } from '@blastradius/spiffe';
import type { Authority } from '../authority/create-authority.ts';
import { type Signer, signerOf } from '../authority/signer.ts';
import { isP256Spki } from '../key-pair/p256.ts';
import { randomIdentifier } from '../random/random-identifier.ts';
import { encodeCertificate, fillLeafTemplate } from './leaf-template.ts';
import { MintLifetimeEmpty, MintRequestInvalid } from './mint.errors.ts';

export interface MintRequest {
  readonly authority: Authority;
  readonly spiffeId: string;
  /** SubjectPublicKeyInfo of a P-256 key, DER. */
  readonly publicKeySpki: Uint8Array;
  readonly notBefore: Date;
  /** Cut to the authority's own end; fractions of a second are dropped. */
  readonly notAfter: Date;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

export interface MintedX509Svid {
  readonly certificate: Uint8Array;
  /** Hex in lower case. */
  readonly serial: string;
  /** As it stands in the certificate. */
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Mints a leaf of the X509-SVID profile (X509-SVID, section 4), ECDSA P-256 with SHA-256. */
export function mintX509Svid(request: MintRequest): MintedX509Svid {
  checkRequest(request);
  const { spiffeId, publicKeySpki, dnsNames = [], ipAddresses = [] } = request;
  const signer = signerOf(request.authority);
  const { notBefore, notAfter } = lifetimeWithin(signer, request);
  const serial = randomSerial();
  const names = { uri: spiffeId, dnsNames, ipAddresses };
  const toBeSigned = fillLeafTemplate(signer, { serial, notBefore, notAfter, publicKeySpki, names });
  const signature = sign('sha256', toBeSigned, request.authority.privateKey);
  const certificate = encodeCertificate(toBeSigned, signature);
  return { certificate, serial: serial.toString('hex'), notBefore, notAfter };
}

function checkRequest({ spiffeId, publicKeySpki }: MintRequest): void {
  if (parseSpiffeId(spiffeId).path === '') {
    throw new MintRequestInvalid('the SPIFFE ID of a leaf must have a path');
  }
  if (!isP256Spki(publicKeySpki)) throw new MintRequestInvalid('the key is not on P-256');
}

function lifetimeWithin(signer: Signer, request: MintRequest): { notBefore: Date; notAfter: Date } {
  const notBefore = wholeSeconds(Math.max(request.notBefore.getTime(), signer.notBefore.getTime()));
  const notAfter = wholeSeconds(Math.min(request.notAfter.getTime(), signer.notAfter.getTime()));
  if (!(notBefore < notAfter)) {
    throw new MintLifetimeEmpty('nothing is left of the lifetime', { context: { notBefore, notAfter } });
  }
  return { notBefore, notAfter };
}

function wholeSeconds(atMs: number): Date {
  return new Date(Math.floor(atMs / 1000) * 1000);
}

/** 127 random bits, positive and never zero (RFC 5280, section 4.1.2.2); no leading zero byte, so that its hex has one spelling. */
function randomSerial(): Buffer {
  for (;;) {
    const serial = randomIdentifier();
    serial[0] = (serial[0] ?? 0) & 0x7f;
    if (serial[0] !== 0) return serial;
  }
}
