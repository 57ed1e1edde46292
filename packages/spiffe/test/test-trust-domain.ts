import 'reflect-metadata';
import { createPrivateKey, randomUUID, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { parseSpiffeId } from '../src/spiffe-id/spiffe-id.ts';
import { createX509Svid, type X509Svid } from '../src/x509-svid/x509-svid.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
const HOUR_MS = 3_600_000;

export interface IssuedX509Svid {
  readonly spiffeId: string;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  readonly svid: X509Svid;
}

/** A trust domain of the tests, with one authority and one key for tokens. */
export class TestTrustDomain {
  readonly name: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly authority: Uint8Array;
  readonly #tokenKey: Awaited<ReturnType<typeof generateKeyPair>>;
  readonly #keyId = randomUUID();

  private constructor(
    name: string,
    keys: webcrypto.CryptoKeyPair,
    authority: Uint8Array,
    tokenKey: Awaited<ReturnType<typeof generateKeyPair>>,
  ) {
    this.name = name;
    this.#keys = keys;
    this.authority = authority;
    this.#tokenKey = tokenKey;
  }

  static async create(name: string): Promise<TestTrustDomain> {
    const keys = await newKeys();
    const authority = await sign({
      subject: { name: `CN=${name}`, uri: `spiffe://${name}`, key: keys.publicKey, isAuthority: true },
      issuer: { name: `CN=${name}`, key: keys.privateKey },
    });
    return new TestTrustDomain(name, keys, authority, await generateKeyPair('ES256'));
  }

  async x509Svid(path: string, hint?: string): Promise<IssuedX509Svid> {
    const spiffeId = `spiffe://${this.name}${path}`;
    return await this.x509SvidFor(spiffeId, hint);
  }

  /** For a foreign ID too, as an authority gone bad would. */
  async x509SvidFor(spiffeId: string, hint?: string): Promise<IssuedX509Svid> {
    const keys = await newKeys();
    const certificate = await sign({
      subject: { name: '', uri: spiffeId, key: keys.publicKey, isAuthority: false },
      issuer: { name: `CN=${this.name}`, key: this.#keys.privateKey },
    });
    const key = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    const privateKey = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
    const svid = createX509Svid({
      certificates: [certificate],
      privateKey,
      ...(hint === undefined ? {} : { hint }),
    });
    return { spiffeId, certificate, key, svid };
  }

  async jwtSvid(path: string, audience: readonly string[], ttlSeconds = 300): Promise<string> {
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: this.#keyId, typ: 'JWT' })
      .setSubject(`spiffe://${this.name}${path}`)
      .setAudience([...audience])
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + ttlSeconds)
      .sign(this.#tokenKey.privateKey);
  }

  async witSvid(path: string): Promise<{ readonly token: string; readonly key: JWK }> {
    const holder = await generateKeyPair('ES256', { extractable: true });
    const token = await new SignJWT({
      cnf: { jwk: { ...(await exportJWK(holder.publicKey)), alg: 'ES256' } },
    })
      .setProtectedHeader({ alg: 'ES256', kid: this.#keyId, typ: 'wit+jwt' })
      .setSubject(`spiffe://${this.name}${path}`)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(this.#tokenKey.privateKey);
    return { token, key: await exportJWK(holder.privateKey) };
  }

  /** The JWK Set as the Workload API sends it: of one use. */
  async jwks(use: 'jwt-svid' | 'wit-svid'): Promise<string> {
    const key = await exportJWK(this.#tokenKey.publicKey);
    return JSON.stringify({ keys: [{ ...key, kid: this.#keyId, use }] });
  }

  get id(): string {
    return parseSpiffeId(`spiffe://${this.name}`).toString();
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

interface Signing {
  readonly subject: {
    readonly name: string;
    readonly uri: string;
    readonly key: webcrypto.CryptoKey;
    readonly isAuthority: boolean;
  };
  readonly issuer: { readonly name: string; readonly key: webcrypto.CryptoKey };
}

async function sign({ subject, issuer }: Signing): Promise<Uint8Array> {
  const usages = subject.isAuthority ? keyCertSign | cRLSign : digitalSignature;
  const bothUsages = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];
  const made = await x509.X509CertificateGenerator.create({
    subject: subject.name,
    issuer: issuer.name,
    publicKey: subject.key,
    signingKey: issuer.key,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + HOUR_MS),
    extensions: [
      new x509.BasicConstraintsExtension(subject.isAuthority, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      ...(subject.isAuthority ? [] : [new x509.ExtendedKeyUsageExtension(bothUsages)]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: subject.uri }], subject.name === ''),
    ],
  });
  return new Uint8Array(made.rawData);
}
