import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { IssuedSvid, SidecarSvids } from '../issuance/sidecar-svids.ts';
import { CallerUnauthenticated } from './attestation.errors.ts';
import type { NodeAttestor, NodeEvidence } from './node-attestor.ts';

/** Admits a sidecar by what attests its node, and gives it its first SVID. */
export class AdmitSidecar {
  readonly #svids: SidecarSvids;
  readonly #ledger: IssuerLedger;
  readonly #trustDomain: string;

  constructor(svids: SidecarSvids, ledger: IssuerLedger, trustDomain: string) {
    this.#svids = svids;
    this.#ledger = ledger;
    this.#trustDomain = trustDomain;
  }

  /** Throws `CallerUnauthenticated` for everything that the caller could have got wrong. */
  async execute(attestor: NodeAttestor, evidence: NodeEvidence): Promise<IssuedSvid> {
    const { method } = attestor;
    const { node, csr } = await attestor.attest(evidence).catch((error: unknown) => {
      if (error instanceof CallerUnauthenticated) {
        this.#ledger.record({ event: 'node-refused', reason: error.reason });
      }
      throw error;
    });
    const spiffeId = `spiffe://${this.#trustDomain}/sidecar/${node}`;
    const issued = await this.#svids.issue(spiffeId, csr.publicKeySpki, method);
    this.#ledger.record({ event: 'node-attested', spiffeId, serial: issued.serial, reason: method });
    return issued;
  }
}
