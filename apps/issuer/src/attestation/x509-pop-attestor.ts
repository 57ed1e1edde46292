import { issuance, issuerAdministration } from '@blastradius/contracts';
import { type Clock, DomainError } from '@blastradius/kernel';
import {
  type Certificate,
  checkTrustPath,
  checkValidity,
  parseCertificate,
  parseSpiffeId,
} from '@blastradius/spiffe';
import { CallerUnauthenticated } from './attestation.errors.ts';
import { commonNameOf } from './common-name.ts';
import { type AttestedNode, type NodeAttestor, type NodeEvidence, readCsr } from './node-attestor.ts';

export interface X509PopTrust {
  readonly trustDomain: string;
  /** The operator's CAs, DER; with none of them nobody is admitted this way. */
  readonly authorities: readonly Uint8Array[];
}

/** 1.3.6.1.5.5.7.3.2, in hex. */
const clientAuth = '2b06010505070302';
/** More certificates than any sane path has. */
const chainLengthMax = 8;

/**
 * By a certificate that the operator's own CA has issued to the node: the TLS handshake is the proof that
 * the caller holds its key, its common name is the node's name. It may be shown again and again.
 */
export class X509PopAttestor implements NodeAttestor {
  readonly method = 'x509pop';
  readonly #trust: X509PopTrust;
  readonly #clock: Clock;

  constructor(trust: X509PopTrust, clock: Clock) {
    this.#trust = trust;
    this.#clock = clock;
  }

  async attest({ body, peerCertificates }: NodeEvidence): Promise<AttestedNode> {
    if (this.#trust.authorities.length === 0) throw new CallerUnauthenticated('x509pop.off');
    const node = this.#nodeOf(peerCertificates);
    const request = issuance.x509PopRequest.safeParse(body);
    if (!request.success) throw new CallerUnauthenticated('x509pop.malformed', request.error);
    return { node, csr: readCsr(request.data.csr) };
  }

  #nodeOf(peerCertificates: readonly Uint8Array[]): string {
    const [leafDer] = peerCertificates;
    if (leafDer === undefined) throw new CallerUnauthenticated('caller.no-certificate');
    if (peerCertificates.length > chainLengthMax) throw new CallerUnauthenticated('x509pop.chain-too-long');
    try {
      this.#checkPath(peerCertificates.map(parseCertificate));
    } catch (error) {
      if (error instanceof CallerUnauthenticated || !(error instanceof DomainError)) throw error;
      throw new CallerUnauthenticated(error.code, error);
    }
    return checkedNodeName(commonNameOf(leafDer), this.#trust.trustDomain);
  }

  /** RFC 5280, section 6, and what the leaf's extensions say that it is for. */
  #checkPath(chain: readonly Certificate[]): void {
    const [leaf] = chain;
    const now = this.#clock.now();
    if (leaf === undefined || leaf.isCa) throw new CallerUnauthenticated('x509pop.leaf-is-ca');
    if (leaf.keyUsage?.digitalSignature === false) throw new CallerUnauthenticated('x509pop.key-usage');
    if (leaf.extendedKeyUsages?.includes(clientAuth) === false) {
      throw new CallerUnauthenticated('x509pop.extended-key-usage');
    }
    checkValidity(leaf, now);
    checkTrustPath(chain, this.#trust, now);
  }
}

/** A node's name is one segment of a SPIFFE ID, and as long as the operator's join tokens have it. */
function checkedNodeName(commonName: string | undefined, trustDomain: string): string {
  const name = issuerAdministration.node.safeParse(commonName);
  if (!name.success) throw new CallerUnauthenticated('x509pop.common-name', name.error);
  try {
    parseSpiffeId(`spiffe://${trustDomain}/sidecar/${name.data}`);
  } catch (error) {
    throw new CallerUnauthenticated('x509pop.common-name', error);
  }
  return name.data;
}
