import {
  constants,
  sign as cryptoSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
} from 'node:crypto';

export type TokenAlgorithm = `${'RS' | 'ES' | 'PS'}${256 | 384 | 512}` | 'EdDSA';
type Members = Readonly<Record<string, unknown>>;

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** A key that signs whatever it is given, by hand: no library of tokens would make what must be refused. */
export class TokenKey {
  readonly id = randomUUID();
  readonly algorithm: TokenAlgorithm;
  readonly publicKey: KeyObject;
  readonly #privateKey: KeyObject;

  constructor(algorithm: TokenAlgorithm = 'ES256') {
    const { publicKey, privateKey } = keyPairFor(algorithm);
    this.algorithm = algorithm;
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  /** As a bundle has it, or with another use or none. */
  jwk(use: string | undefined = 'jwt-svid'): JsonWebKey {
    return { ...this.publicKey.export({ format: 'jwk' }), kid: this.id, ...(use && { use }) };
  }

  /** A member that is undefined is left out. */
  token(claims: Members, header: Members = {}): string {
    const input = signingInput({ alg: this.algorithm, kid: this.id, typ: 'JWT', ...header }, claims);
    return this.sign(input);
  }

  /** Signs any text, whether it is header and claims or not. */
  sign(input: string, digest = `sha${this.algorithm.slice(2)}`): string {
    const options = {
      key: this.#privateKey,
      dsaEncoding: 'ieee-p1363',
      ...(this.algorithm.startsWith('PS') && {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }),
    } as const;
    const hash = this.algorithm === 'EdDSA' ? null : digest;
    return `${input}.${cryptoSign(hash, Buffer.from(input), options).toString('base64url')}`;
  }
}

export function signingInput(header: Members, claims: Members): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}

function keyPairFor(algorithm: TokenAlgorithm) {
  const namedCurve = CURVES[algorithm];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  return algorithm === 'EdDSA'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
}
