import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const { digitalSignature, keyCertSign, keyEncipherment } = x509.KeyUsageFlags;

/** PEM. */
export interface NodeCertificate {
  /** Leaf first. */
  readonly cert: string;
  /** PKCS #8. */
  readonly key: string;
}

interface Signer {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
}
type CryptoKeyPair = webcrypto.CryptoKeyPair;

export interface NodeCertificateChanges {
  readonly subject?: x509.JsonName;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly isCa?: boolean;
  readonly keyUsages?: number;
  readonly extendedKeyUsages?: string[];
}

/** A CA of an operator's own, which knows nothing of SPIFFE. */
export class NodeCa {
  readonly #signer: Signer;
  /** What the node has to send beside its leaf. */
  readonly #chainPem: string;

  private constructor(signer: Signer, chainPem: string) {
    this.#signer = signer;
    this.#chainPem = chainPem;
  }

  static async create(name = 'nodes'): Promise<NodeCa> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: [{ CN: [name] }],
      ...lifetime(),
      signingAlgorithm: algorithm,
      keys,
      extensions: caExtensions(keyCertSign),
    });
    return new NodeCa({ certificate, keys }, '');
  }

  /** By which a test signs what this CA would not. */
  get privateKey(): KeyObject {
    return KeyObject.from(this.#signer.keys.privateKey);
  }

  get pem(): string {
    return `${this.#signer.certificate.toString('pem')}\n`;
  }

  /** A CA below this one; what it issues brings its certificate along. */
  async intermediate(keyUsages: number = keyCertSign): Promise<NodeCa> {
    const signer = await this.#sign([{ CN: ['intermediate'] }], caExtensions(keyUsages));
    return new NodeCa(signer, `${signer.certificate.toString('pem')}\n${this.#chainPem}`);
  }

  /** A certificate of a node, and its key. */
  async issue(node: string, changes: NodeCertificateChanges = {}): Promise<NodeCertificate> {
    const { subject = [{ O: ['Moltbook'] }, { CN: [node] }], isCa = false } = changes;
    const leaf = await this.#sign(
      subject,
      [
        new x509.BasicConstraintsExtension(isCa, undefined, true),
        new x509.KeyUsagesExtension(changes.keyUsages ?? digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(changes.extendedKeyUsages ?? [x509.ExtendedKeyUsage.clientAuth]),
      ],
      changes,
    );
    const key = KeyObject.from(leaf.keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
    return { cert: `${leaf.certificate.toString('pem')}\n${this.#chainPem}`, key };
  }

  async #sign(
    subject: x509.JsonName,
    extensions: x509.Extension[],
    life: NodeCertificateChanges = {},
  ): Promise<Signer> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: this.#signer.certificate.subjectName,
      ...lifetime(),
      ...(life.notBefore && { notBefore: life.notBefore }),
      ...(life.notAfter && { notAfter: life.notAfter }),
      publicKey: keys.publicKey,
      signingKey: this.#signer.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions,
    });
    return { certificate, keys };
  }
}

export const otherUsages = { keyEncipherment, serverAuth: x509.ExtendedKeyUsage.serverAuth };

function lifetime() {
  return { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
}

function caExtensions(keyUsages: number): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(keyUsages, true),
  ];
}
