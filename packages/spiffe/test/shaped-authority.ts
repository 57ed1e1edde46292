import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
const bothUsages = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];
const HOUR_MS = 3_600_000;

/** What a leaf may have other than an X509-SVID has. */
export interface LeafShape {
  readonly uris?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly subject?: string;
  readonly isCa?: boolean;
  /** Beside digitalSignature. */
  readonly mayAlso?: 'keyCertSign' | 'cRLSign';
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/** A leaf that an authority has signed, whatever is in it, and what goes with it to a peer. */
export interface ShapedLeaf {
  readonly spiffeId: string;
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** PKCS#8, DER. */
  readonly key: Uint8Array;
}

/** An authority of the tests that signs what no issuer should: what a client must refuse is made by it. */
export class ShapedAuthority {
  /** `spiffe://` and the trust domain's name. */
  readonly id: string;
  /** The certificate itself, DER. */
  readonly certificate: Uint8Array;
  readonly #keys: webcrypto.CryptoKeyPair;
  /** What its leaves need between them and what is trusted: its own certificate, or nothing. */
  readonly #above: readonly Uint8Array[];

  private constructor(
    id: string,
    keys: webcrypto.CryptoKeyPair,
    certificates: readonly [Uint8Array, ...Uint8Array[]],
  ) {
    this.id = id;
    this.#keys = keys;
    [this.certificate] = certificates;
    this.#above = certificates.slice(0, -1);
  }

  static async create(trustDomain: string): Promise<ShapedAuthority> {
    const keys = await newKeys();
    const id = `spiffe://${trustDomain}`;
    const signing = { publicKey: keys.publicKey, issuer: { name: `CN=${id}`, keys } };
    const certificate = await sign(authorityShape(id), signing);
    return new ShapedAuthority(id, keys, [certificate]);
  }

  /** One below this one, whose certificate travels with each leaf. */
  async intermediate(): Promise<ShapedAuthority> {
    const keys = await newKeys();
    const certificate = await sign(
      { ...authorityShape(this.id), subject: 'CN=intermediate' },
      { publicKey: keys.publicKey, issuer: this.#issuer },
    );
    return new ShapedAuthority(this.id, keys, [certificate, this.certificate]);
  }

  /** A good X509-SVID, but for the shape. */
  async leaf(path: string, shape: LeafShape = {}): Promise<ShapedLeaf> {
    const keys = await newKeys();
    const spiffeId = `${this.id}${path}`;
    const certificate = await sign(
      { uris: [spiffeId], subject: 'CN=workload', ...shape },
      { publicKey: keys.publicKey, issuer: this.#issuer },
    );
    const key = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    return { spiffeId, chain: [certificate, ...this.#above], key };
  }

  get #issuer(): Signing['issuer'] {
    return { name: this.#above.length === 0 ? `CN=${this.id}` : 'CN=intermediate', keys: this.#keys };
  }
}

function authorityShape(id: string) {
  return { uris: [id], subject: `CN=${id}`, isCa: true, usages: keyCertSign | cRLSign, isAuthority: true };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

interface Signing {
  readonly publicKey: webcrypto.CryptoKey;
  readonly issuer: { readonly name: string; readonly keys: webcrypto.CryptoKeyPair };
}

interface Shape extends LeafShape {
  readonly subject: string;
  readonly usages?: number;
  readonly isAuthority?: boolean;
}

async function sign(shape: Shape, { publicKey, issuer }: Signing): Promise<Uint8Array> {
  const { uris = [], dnsNames = [], ipAddresses = [], subject, isCa = false, mayAlso } = shape;
  const usages = shape.usages ?? digitalSignature | (mayAlso ? x509.KeyUsageFlags[mayAlso] : 0);
  const names = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer.name,
    publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: shape.notBefore ?? new Date(Date.now() - 60_000),
    notAfter: shape.notAfter ?? new Date(Date.now() + HOUR_MS),
    extensions: [
      new x509.BasicConstraintsExtension(isCa, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      // Two authorities may have one name: by these OpenSSL knows which of them has signed (RFC 5280, 4.2.1.1).
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ...(shape.isAuthority ? [] : [new x509.ExtendedKeyUsageExtension(bothUsages)]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names, subject === '')]),
    ],
  });
  return new Uint8Array(made.rawData);
}
