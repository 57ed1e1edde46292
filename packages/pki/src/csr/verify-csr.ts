import { verify } from 'node:crypto';
import { promisify } from 'node:util';
import { type DerElement, DerMalformed, readElement, readElements } from '@blastradius/spiffe';
import { tag } from '../der/encode.ts';
import { ecdsaWithSha256 } from '../der/oids.ts';
import { isP256Spki } from '../key-pair/p256.ts';
import { p256Pem } from '../key-pair/p256-pem.ts';
import { CsrKeyUnsupported, CsrMalformed, CsrProofFailed } from './csr.errors.ts';
import { readOwnRequestInfo } from './request-info.ts';
import { checkRequestStructure } from './request-structure.ts';
import { requestedUri } from './requested-uri.ts';

export interface VerifiedCsr {
  /** The one URI that the request asks for, as it stands there; null when it asks for none. */
  readonly spiffeId: string | null;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeySpki: Buffer;
}

/** Reads a PKCS#10 request and checks its proof of possession (RFC 2986). Throws `csr.*`. */
export function verifyCsr(der: Uint8Array): VerifiedCsr {
  const request = readSupported(der);
  const { info, spki, signature } = request;
  try {
    return provedCsr(request, verify('sha256', info, p256Pem(spki), signature));
  } catch (cause) {
    throw keyRefusal(cause);
  }
}

const verifyElsewhere = promisify(verify);

/** The same, with the signature verified by another thread: a core more for who has many to verify. Rejects with `csr.*`. */
export async function verifyCsrElsewhere(der: Uint8Array): Promise<VerifiedCsr> {
  const request = readSupported(der);
  const { info, spki, signature } = request;
  try {
    return provedCsr(request, await verifyElsewhere('sha256', info, p256Pem(spki), signature));
  } catch (cause) {
    throw keyRefusal(cause);
  }
}

function readSupported(der: Uint8Array) {
  const request = readCsr(der);
  if (!isP256Spki(request.spki) || !ecdsaWithSha256.equals(request.algorithm)) throw new CsrKeyUnsupported();
  return request;
}

function provedCsr({ spki, spiffeId }: ReturnType<typeof readCsr>, isProved: boolean): VerifiedCsr {
  if (!isProved) throw new CsrProofFailed('the request is not signed by its own key');
  // A copy: what outlives the request must not hold all of its bytes.
  return { spiffeId, publicKeySpki: Buffer.from(spki) };
}

/** OpenSSL's own error says that it could not read the key. */
function keyRefusal(cause: unknown): unknown {
  if (cause instanceof CsrProofFailed) return cause;
  return new CsrMalformed('the public key is no point of the curve', { cause });
}

function readCsr(der: Uint8Array) {
  try {
    const [info, algorithm, signature] = parts(readElement(der), 3);
    if (signature.identifier !== tag.bitString || signature.content[0] !== 0) {
      throw new CsrMalformed('the signature is no whole number of bytes');
    }
    return {
      info: info.whole,
      algorithm: algorithm.whole,
      signature: signature.content.subarray(1),
      ...(readOwnRequestInfo(info.whole) ?? readInfo(info)),
    };
  } catch (cause) {
    if (cause instanceof DerMalformed) throw new CsrMalformed('the request can not be read', { cause });
    throw cause;
  }
}

function readInfo(info: DerElement): { spki: Buffer; spiffeId: string | null } {
  const [version, subject, spki, attributes] = parts(info, 4);
  if (version.whole.toString('hex') !== '020100') throw new CsrMalformed('not version 1');
  checkRequestStructure(subject, attributes);
  return { spki: spki.whole, spiffeId: requestedUri(attributes) };
}

function parts(parent: DerElement, count: 3): [DerElement, DerElement, DerElement];
function parts(parent: DerElement, count: 4): [DerElement, DerElement, DerElement, DerElement];
function parts(parent: DerElement, count: number): DerElement[] {
  const elements = parent.identifier === tag.sequence ? readElements(parent) : [];
  if (elements.length !== count) throw new CsrMalformed('not the parts of a request');
  return elements;
}
