import { createHash, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify } from 'jose';
import { isJsonObject, parseJson } from '../json/parse-json.ts';
import { fromBase64url } from '../jwk/base64url.ts';
import { publicKeyFromJwk, suitsAlgorithm } from '../jwk/public-jwk.ts';
import { isSignatureAlgorithm, type SignatureAlgorithm } from '../token-svid/signature-algorithms.ts';
import { type DpopDefect, DpopProofRefused } from './dpop.errors.ts';

export interface DpopExpectation {
  readonly method: string;
  /**
   * Of the request as its sender wrote it, or each by which it may have reached us; query and fragment
   * don't count.
   */
  readonly url: string | readonly string[];
  readonly now: Date;
  /** Where the proof comes with an access token: the proof has to be for this one. */
  readonly accessToken?: string | undefined;
  /** How far the proof's time may be off, either way: a minute unless given. */
  readonly windowSeconds?: number | undefined;
}

export interface DpopProof {
  /** The `jkt` of tokens that are bound to its key (RFC 7638, SHA-256). */
  readonly keyThumbprint: string;
  /** The `jti`; to be taken once by each reader, until `staleAt`. */
  readonly proofId: string;
  /** From then on it is refused for its age. */
  readonly staleAt: Date;
}

type Members = Readonly<Record<string, unknown>>;

const proofLengthMax = 8192;
const proofIdLengthMax = 256;
const defaultWindowSeconds = 60;
const headerParameters: ReadonlySet<string> = new Set(['typ', 'alg', 'jwk']);

/**
 * Verifies a DPoP proof (RFC 9449, section 4.3): whoever made it holds the key in it, and made it for
 * this request, within the window. That it was not seen before is for the caller to see. Rejects with
 * DpopProofRefused.
 */
export async function verifyDpopProof(text: string, expected: DpopExpectation): Promise<DpopProof> {
  const [header = '', payload = '', signature = '', ...more] =
    text.length > proofLengthMax ? [] : text.split('.');
  if (signature === '' || more.length > 0) throw refused('malformed', 'the proof has not three parts');
  const { algorithm, key } = readHeader(readPart(header));
  await verifySignature(text, algorithm, key);
  const { proofId, issuedAtMs } = readClaims(readPart(payload), expected);
  const keyThumbprint = await calculateJwkThumbprint(key.export({ format: 'jwk' }));
  return { keyThumbprint, proofId, staleAt: new Date(issuedAtMs + windowMsOf(expected)) };
}

function readHeader(header: Members): { algorithm: SignatureAlgorithm; key: KeyObject } {
  const { typ, alg, jwk } = header;
  if (typ !== 'dpop+jwt') throw refused('type', 'the typ is not dpop+jwt');
  if (!Object.keys(header).every((name) => headerParameters.has(name))) {
    throw refused('header-parameter', 'the header holds more than typ, alg and jwk');
  }
  if (!isSignatureAlgorithm(alg))
    throw refused('algorithm', 'the algorithm is no asymmetric one that we know');
  if (!isJsonObject(jwk)) throw refused('key', 'the header has no key');
  const key = readKey(jwk);
  if (!suitsAlgorithm(key, alg)) throw refused('key', 'the key is not one of the algorithm');
  return { algorithm: alg, key };
}

function readKey(jwk: Members): KeyObject {
  try {
    return publicKeyFromJwk(jwk);
  } catch (cause) {
    throw refused('key', 'the jwk is no public key', cause);
  }
}

function readClaims(claims: Members, expected: DpopExpectation) {
  const { method, now, accessToken } = expected;
  const { jti, htm, htu, iat, ath } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > proofIdLengthMax || typeof iat !== 'number') {
    throw refused('claim', 'jti or iat is missing, or of another type');
  }
  if (htm !== method) throw refused('method', 'the proof is for another method');
  if (typeof htu !== 'string' || !isAddressOf(htu, [expected.url].flat())) {
    throw refused('url', 'the proof is for another address');
  }
  const issuedAtMs = iat * 1000;
  // Written so that a `now` that is no date lets nothing pass.
  if (!(Math.abs(now.getTime() - issuedAtMs) <= windowMsOf(expected)))
    throw refused('time', 'the proof is not of now');
  if (accessToken !== undefined && ath !== hashOf(accessToken)) {
    throw refused('access-token', 'the proof is for another access token');
  }
  return { proofId: jti, issuedAtMs };
}

function windowMsOf({ windowSeconds = defaultWindowSeconds }: DpopExpectation): number {
  return windowSeconds * 1000;
}

function isAddressOf(htu: string, urls: readonly string[]): boolean {
  const address = withoutQuery(htu);
  return address !== null && urls.some((url) => withoutQuery(url) === address);
}

function withoutQuery(text: string): string | null {
  const url = URL.parse(text);
  return url && `${url.protocol}//${url.host}${url.pathname}`;
}

function hashOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}

function readPart(part: string): Members {
  const bytes = fromBase64url(part);
  try {
    const members = bytes && parseJson(bytes);
    if (isJsonObject(members)) return members;
  } catch (cause) {
    throw refused('malformed', 'a part of the proof can not be read', cause);
  }
  throw refused('malformed', 'a part of the proof is no JSON object');
}

async function verifySignature(text: string, algorithm: SignatureAlgorithm, key: KeyObject): Promise<void> {
  try {
    await compactVerify(text, key, { algorithms: [algorithm] });
  } catch (cause) {
    throw refused('signature', 'the signature is not by the key of the proof', cause);
  }
}

function refused(defect: DpopDefect, message: string, cause?: unknown): DpopProofRefused {
  return new DpopProofRefused(defect, message, { cause });
}
