import { issuance } from '@blastradius/contracts';
import { CallerUnauthenticated } from './attestation.errors.ts';
import type { JoinTokens } from './join-tokens.ts';
import { type AttestedNode, type NodeAttestor, type NodeEvidence, readCsr } from './node-attestor.ts';

/** By a one-time token of the operator's, minted for one node. */
export class JoinTokenAttestor implements NodeAttestor {
  readonly method = 'join-token';
  readonly #joinTokens: JoinTokens;

  constructor(joinTokens: JoinTokens) {
    this.#joinTokens = joinTokens;
  }

  async attest({ body }: NodeEvidence): Promise<AttestedNode> {
    const request = issuance.joinTokenRequest.safeParse(body);
    if (!request.success) throw new CallerUnauthenticated('join-token.malformed', request.error);
    // The proof of possession comes first: a request that can't succeed must not use up a token.
    const csr = readCsr(request.data.csr);
    const node = await this.#joinTokens.consume(request.data.joinToken);
    if (node === null) throw new CallerUnauthenticated('join-token.unknown-used-or-expired');
    return { node, csr };
  }
}
