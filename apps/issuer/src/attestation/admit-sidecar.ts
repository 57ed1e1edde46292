import { issuance } from '@blastradius/contracts';
import { DomainError } from '@blastradius/kernel';
import { type VerifiedCsr, verifyCsr } from '@blastradius/pki';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { IssuedSvid, SidecarSvids } from '../issuance/sidecar-svids.ts';
import { CallerUnauthenticated } from './attestation.errors.ts';
import type { JoinTokens } from './join-tokens.ts';

/** Admits a sidecar by its one-time join token: node attestation. */
export class AdmitSidecar {
  readonly #joinTokens: JoinTokens;
  readonly #svids: SidecarSvids;
  readonly #ledger: IssuerLedger;

  readonly #trustDomain: string;

  constructor(joinTokens: JoinTokens, svids: SidecarSvids, ledger: IssuerLedger, trustDomain: string) {
    this.#joinTokens = joinTokens;
    this.#svids = svids;
    this.#ledger = ledger;
    this.#trustDomain = trustDomain;
  }

  /** Throws `CallerUnauthenticated` for everything that the caller could have got wrong. */
  async execute(body: unknown): Promise<IssuedSvid> {
    const node = await this.#attest(body).catch((error: unknown) => {
      if (error instanceof CallerUnauthenticated) {
        this.#ledger.record({ event: 'node-refused', reason: error.reason });
      }
      throw error;
    });
    const spiffeId = `spiffe://${this.#trustDomain}/sidecar/${node.name}`;
    const issued = await this.#svids.issue(spiffeId, node.csr.publicKeySpki, 'join-token');
    this.#ledger.record({ event: 'node-attested', spiffeId, serial: issued.serial, reason: 'join-token' });
    return issued;
  }

  async #attest(body: unknown): Promise<{ name: string; csr: VerifiedCsr }> {
    const request = issuance.joinTokenRequest.safeParse(body);
    if (!request.success) throw new CallerUnauthenticated('join-token.malformed', request.error);
    // The proof of possession comes first: a request that can't succeed must not use up a token.
    // Which URI it asks for is not looked at: the token alone decides which node this is.
    const csr = readCsr(request.data.csr);
    const name = await this.#joinTokens.consume(request.data.joinToken);
    if (name === null) throw new CallerUnauthenticated('join-token.unknown-used-or-expired');
    return { name, csr };
  }
}

function readCsr(csr: string): VerifiedCsr {
  try {
    return verifyCsr(Buffer.from(csr, 'base64'));
  } catch (error) {
    if (error instanceof DomainError) throw new CallerUnauthenticated(error.code, error);
    throw error;
  }
}
