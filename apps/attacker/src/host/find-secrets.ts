import { createECDH, createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What was found by its shape alone; whether it is good for anything, the door says. */
export interface Finds {
  readonly apiKeys: Set<string>;
  /** JWTs of any kind: three parts, the first two of which are JSON objects. */
  readonly tokens: Set<string>;
  /** Certificates, DER in base64. */
  readonly certificates: Set<string>;
  /** Private keys on P-256: the scalar in hex. */
  readonly scalars: Set<string>;
}

export function noFinds(): Finds {
  return { apiKeys: new Set(), tokens: new Set(), certificates: new Set(), scalars: new Set() };
}

const apiKeyShape = /moltbook_[a-z]{2,8}_[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])/g;
const tokenShape = /eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{64,700}/g;
const pemShape = /-----BEGIN (CERTIFICATE|(?:EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\s\\n]{80,4000}?)-----END/g;
const jwkShape = /"d":"([A-Za-z0-9_-]{43})"/g;

/** ECPrivateKey (RFC 5915) on a curve of 32 bytes: version 1, then the scalar; PKCS #8 has it inside. */
const EC_PRIVATE_KEY = Buffer.from('0201010420', 'hex');
/** `[0] { INTEGER 2 }`: version 3 of a certificate, 8 bytes after its beginning. */
const CERTIFICATE_VERSION = Buffer.from('a003020102', 'hex');
const CERTIFICATE_BYTES_MAX = 4096;

/** Looks through a stretch of bytes. `isMemory`: also for what only a heap holds. */
export function findSecrets(bytes: Buffer, finds: Finds, { isMemory }: { readonly isMemory: boolean }): void {
  // Every byte is a character: shapes of ASCII are found wherever they lie.
  if (
    bytes.includes('moltbook_') ||
    bytes.includes('eyJ') ||
    bytes.includes('-----BEGIN') ||
    bytes.includes('"d":"')
  ) {
    findTexts(bytes.toString('latin1'), finds);
  }
  for (const at of positionsOf(bytes, EC_PRIVATE_KEY)) {
    addScalar(finds, bytes.subarray(at + EC_PRIVATE_KEY.length, at + EC_PRIVATE_KEY.length + 32));
  }
  for (const at of positionsOf(bytes, CERTIFICATE_VERSION)) addCertificate(finds, bytes, at - 8);
  if (isMemory) findBareScalars(bytes, finds);
}

function findTexts(text: string, finds: Finds): void {
  for (const [key] of text.matchAll(apiKeyShape)) finds.apiKeys.add(key);
  for (const [token] of text.matchAll(tokenShape)) if (isToken(token)) finds.tokens.add(token);
  for (const [, d = ''] of text.matchAll(jwkShape)) addScalar(finds, Buffer.from(d, 'base64url'));
  for (const [, kind = '', body = ''] of text.matchAll(pemShape)) {
    const der = Buffer.from(body.replaceAll(/\\n|\s/g, ''), 'base64');
    if (kind === 'CERTIFICATE') addCertificate(finds, der, 0);
    else addPkcs8(finds, der, kind.startsWith('EC'));
  }
}

function isToken(token: string): boolean {
  try {
    const [header = '', payload = ''] = token.split('.');
    for (const part of [header, payload]) JSON.parse(Buffer.from(part, 'base64url').toString());
    return true;
  } catch {
    return false;
  }
}

function addPkcs8(finds: Finds, der: Buffer, isSec1: boolean): void {
  try {
    const key = createPrivateKey({ key: der, format: 'der', type: isSec1 ? 'sec1' : 'pkcs8' });
    const { crv, d } = key.export({ format: 'jwk' });
    if (crv === 'P-256' && d !== undefined) addScalar(finds, Buffer.from(d, 'base64url'));
  } catch {
    // Looked like a key and is none.
  }
}

function addCertificate(finds: Finds, bytes: Buffer, from: number): void {
  // SEQUENCE { SEQUENCE {, both with a length of two bytes: no certificate of ours is shorter or longer.
  if (from < 0 || bytes[from] !== 0x30 || bytes[from + 1] !== 0x82) return;
  const length = 4 + bytes.readUInt16BE(from + 2);
  if (length > CERTIFICATE_BYTES_MAX || from + length > bytes.length) return;
  const der = bytes.subarray(from, from + length);
  if (finds.certificates.has(der.toString('base64'))) return;
  try {
    finds.certificates.add(new X509Certificate(der).raw.toString('base64'));
  } catch {
    // Looked like a certificate and is none.
  }
}

function addScalar(finds: Finds, scalar: Uint8Array): void {
  if (scalar.length === 32) finds.scalars.add(Buffer.from(scalar).toString('hex'));
}

/**
 * Where OpenSSL keeps the private key of a `KeyObject`: a number of four words in little-endian order, alone
 * in a block of the C library's heap, whose size stands before it. A key that was made there has a block of
 * 0x30 bytes; one that was read in has 0x40, and two spare words of zero. Each may have got 0x10 more where that
 * was all that was left.
 */
function findBareScalars(bytes: Buffer, finds: Finds): void {
  if (bytes.byteOffset % 8 !== 0) return;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
  for (let at = 4; at + 8 <= words.length; at += 4) {
    // The three lowest bits are none of the size: one says that it is the heap of a thread beside the main one.
    const size = (words[at - 2] ?? 0) & ~7;
    if ((size !== 0x30 && size !== 0x40 && size !== 0x50) || words[at - 1] !== 0) continue;
    if (size === 0x50 && words.subarray(at + 8, at + 12).some((word) => word !== 0)) continue;
    if (!looksRandom(words.subarray(at, at + 8)) || isText(bytes.subarray(at * 4, at * 4 + 32))) continue;
    addScalar(finds, Buffer.from(bytes.subarray(at * 4, at * 4 + 32)).reverse());
  }
}

/** No word of a pointer, a length or a text: each is large, and no two are the same. */
function looksRandom(words: Uint32Array): boolean {
  return words.every((word) => word > 0xffff) && new Set(words).size === words.length;
}

/** Of 32 random bytes 12 can be printed; one number in millions has so many that it is taken for a text. */
function isText(bytes: Uint8Array): boolean {
  return bytes.reduce((printable, byte) => printable + Number(byte >= 0x20 && byte < 0x7f), 0) >= 26;
}

/** Keys by the public point that belongs to them, so that each is found by the certificate or token it is for. */
export class KeyRing {
  readonly #scalars = new Map<string, string>();
  readonly #seen = new Set<string>();

  add(scalars: Iterable<string>): void {
    for (const scalar of scalars) {
      if (this.#seen.has(scalar)) continue;
      this.#seen.add(scalar);
      try {
        const ecdh = createECDH('prime256v1');
        ecdh.setPrivateKey(scalar, 'hex');
        this.#scalars.set(ecdh.getPublicKey('base64url'), scalar);
      } catch {
        // Not below the curve's order: no key.
      }
    }
  }

  /** The private key of a point; its coordinates in base64url, as a JWK has them. */
  keyOf({
    x,
    y,
  }: {
    readonly x?: string | undefined;
    readonly y?: string | undefined;
  }): KeyObject | undefined {
    if (x === undefined || y === undefined) return undefined;
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    const scalar = this.#scalars.get(point.toString('base64url'));
    if (scalar === undefined) return undefined;
    const d = Buffer.from(scalar, 'hex').toString('base64url');
    return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' });
  }

  /** As `cnf.jkt` names a key (RFC 9449, section 6.1). */
  keyByThumbprint(jkt: string): KeyObject | undefined {
    for (const point of this.#scalars.keys()) {
      const bytes = Buffer.from(point, 'base64url');
      const [x, y] = [bytes.subarray(1, 33).toString('base64url'), bytes.subarray(33).toString('base64url')];
      if (thumbprintOf({ x, y }) === jkt) return this.keyOf({ x, y });
    }
    return undefined;
  }
}

/** RFC 7638; of a key on P-256. */
function thumbprintOf({ x, y }: { readonly x: string; readonly y: string }): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
}

function* positionsOf(bytes: Buffer, needle: Buffer): Generator<number> {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) yield at;
}
