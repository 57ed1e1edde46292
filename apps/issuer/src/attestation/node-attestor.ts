import { DomainError } from '@blastradius/kernel';
import { type VerifiedCsr, verifyCsr } from '@blastradius/pki';
import { CallerUnauthenticated } from './attestation.errors.ts';

/** What a sidecar shows that asks for its first SVID. */
export interface NodeEvidence {
  readonly body: unknown;
  /** DER, leaf first: what its TLS handshake has proved that it holds the key of; empty where it showed none. */
  readonly peerCertificates: readonly Uint8Array[];
}

export interface AttestedNode {
  /** The sidecar becomes `spiffe://<trust domain>/sidecar/<node>`. */
  readonly node: string;
  /** Of the key that its SVID is for. Which URI it asks for is not looked at: the evidence alone decides. */
  readonly csr: VerifiedCsr;
}

/** A way to establish which node a sidecar runs on. */
export interface NodeAttestor {
  /** As the ledger has it: `join-token`. */
  readonly method: string;
  /** Throws `CallerUnauthenticated` for everything that the caller could have got wrong. */
  attest(evidence: NodeEvidence): Promise<AttestedNode>;
}

/** Reads a base64 CSR of a caller that is not known yet. */
export function readCsr(csr: string): VerifiedCsr {
  try {
    return verifyCsr(Buffer.from(csr, 'base64'));
  } catch (error) {
    if (error instanceof DomainError) throw new CallerUnauthenticated(error.code, error);
    throw error;
  }
}
