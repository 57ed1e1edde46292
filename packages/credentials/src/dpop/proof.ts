import { createHash, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';

/** Where a proof travels (RFC 9449, section 4.1). */
export const DPOP_HEADER = 'dpop';

/** The request that a proof is made for. */
export interface ProvedRequest {
  readonly method: string;
  /** Its URL, of which query and fragment don't count. */
  readonly url: string;
  /** Left out where there is none yet: at the token endpoint. */
  readonly accessToken?: string;
}

/** Makes DPoP proofs (RFC 9449, section 4.2) by one P-256 key. */
export class DpopKey {
  readonly privateKey: KeyObject;
  readonly #jwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string };

  constructor(privateKey: KeyObject) {
    this.privateKey = privateKey;
    const { kty = '', crv = '', x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
    this.#jwk = { kty, crv, x, y };
  }

  /** The `jkt` of tokens that are bound to it (RFC 9449, section 6.1). */
  thumbprint(): Promise<string> {
    return calculateJwkThumbprint(this.#jwk);
  }

  prove({ method, url, accessToken }: ProvedRequest): Promise<string> {
    const { origin, pathname } = new URL(url);
    const ath =
      accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') };
    return new SignJWT({ htm: method, htu: `${origin}${pathname}`, ...ath })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: this.#jwk })
      .setIssuedAt()
      .setJti(randomUUID())
      .sign(this.privateKey);
  }
}
