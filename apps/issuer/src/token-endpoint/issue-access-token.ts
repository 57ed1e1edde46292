import type { Clock } from '@blastradius/kernel';
import { checkMintedAccessToken, type MintedToken, mintAccessToken } from '@blastradius/pki';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { AccessTokenKeys } from './access-token-keys.ts';
import { authenticateClient } from './client/authenticate-client.ts';
import { proveSender, type SenderProof } from './client/sender-proof.ts';
import type { VerifiedSvids } from './client/verified-svids.ts';
import { judgeToken, type TokenAllowance } from './policy/judge-token.ts';
import type { TokenPolicies } from './policy/token-policies.ts';
import { oneUseOfDpopProof, oneUseOfJwtSvid } from './replay/one-use.ts';
import type { OneUse, UsedProofs } from './replay/used-proofs.ts';
import { readForm } from './request/read-form.ts';
import { type Parties, readParties } from './request/read-subject.ts';
import { readTokenRequest } from './request/read-token-request.ts';
import { actorsOf, type TokenWish } from './request/token-wish.ts';
import { TokenRequestRefused } from './token-endpoint.errors.ts';

export interface TokenRequestShown {
  readonly body: Uint8Array;
  readonly dpopHeaders: readonly string[];
  readonly hasAuthorizationHeader: boolean;
  /** What the TLS handshake has proved, leaf first, DER. */
  readonly certificates: readonly Uint8Array[];
}

export interface IssuedAccessToken {
  readonly accessToken: string;
  readonly tokenType: 'Bearer' | 'DPoP';
  readonly expiresInSeconds: number;
  readonly scopes: readonly string[];
  /** Whether the answer has to say which type of token it is (RFC 8693, section 2.2.1). */
  readonly isExchange: boolean;
}

interface IssueAccessTokenParts {
  readonly svids: VerifiedSvids;
  readonly keys: Pick<AccessTokenKeys, 'signer' | 'published'>;
  readonly policies: Pick<TokenPolicies, 'all'>;
  readonly usedProofs: UsedProofs;
  readonly ledger: Pick<IssuerLedger, 'record'>;
  readonly clock: Clock;
  readonly issuer: string;
  /** As clients write it, for their DPoP proofs. */
  readonly tokenUrl: string;
}

/**
 * Answers one token request. Who asks is proved first, then what it shows; each proof is taken once; then
 * the policies decide. Each token and each refusal is written down before it is answered.
 */
export class IssueAccessToken {
  readonly #parts: IssueAccessTokenParts;

  constructor(parts: IssueAccessTokenParts) {
    this.#parts = parts;
  }

  /** Throws `TokenRequestRefused`. */
  async execute(shown: TokenRequestShown): Promise<IssuedAccessToken> {
    try {
      return await this.#issue(shown);
    } catch (error) {
      if (error instanceof TokenRequestRefused) this.#recordRefusal(error);
      throw error;
    }
  }

  async #issue(shown: TokenRequestShown): Promise<IssuedAccessToken> {
    const { svids, clock, tokenUrl, policies } = this.#parts;
    const request = readTokenRequest(readForm(shown.body));
    const client = await authenticateClient({ ...shown, claimed: request.client }, svids);
    const parties = await readParties(request, client, this.#parts);
    if (request.client.clientId !== undefined && request.client.clientId !== parties.client) {
      throw new TokenRequestRefused('invalid_client', 'client.id-mismatch', parties);
    }
    const [certificate] = shown.certificates;
    const proof = await proveSender({ dpopHeaders: shown.dpopHeaders, certificate }, tokenUrl, clock);
    await this.#takeOnce(parties, proof);
    const { sender, confirmation } = proof;
    const { grant, audience, scopes } = request;
    const wish = { ...parties, grant, audience, scopes, sender, confirmation, now: clock.now() };
    return this.#mint(wish, judgeToken(wish, await policies.all()));
  }

  /** The same JWT-SVID may stand in two places of one request: as what authenticates the actor's client, too. */
  async #takeOnce({ shown, client }: Parties, { dpop }: SenderProof): Promise<void> {
    const uses = shown.map(({ svid, error }) => ({ use: oneUseOfJwtSvid(svid), error }));
    if (dpop !== undefined) uses.push({ use: oneUseOfDpopProof(dpop), error: 'invalid_dpop_proof' });
    const byId = new Map(uses.toReversed().map(({ use, error }) => [nameOf(use), { use, error }]));
    if (byId.size === 0) return;
    const [taken] = await this.#parts.usedProofs.take([...byId.values()].map(({ use }) => use));
    if (taken === undefined) return;
    const error = byId.get(nameOf(taken))?.error ?? 'invalid_request';
    throw new TokenRequestRefused(error, 'token.replayed', { client });
  }

  async #mint(wish: TokenWish, { policyId, expiresAt }: TokenAllowance): Promise<IssuedAccessToken> {
    const { client: clientId, subject, audience, scopes, confirmation, now: issuedAt } = wish;
    const { keys, issuer } = this.#parts;
    const authority = await keys.signer();
    const actors = actorsOf(wish);
    const content = { issuer, subject, clientId, audience, scopes, actors, confirmation };
    const request = { authority, ...content, issuedAt, expiresAt };
    const minted = mintAccessToken(request);
    checkMintedAccessToken(minted, request);
    this.#recordIssue(wish, minted, policyId);
    return {
      accessToken: minted.token,
      tokenType: confirmation?.jkt === undefined ? 'Bearer' : 'DPoP',
      expiresInSeconds: (minted.expiresAt.getTime() - minted.issuedAt.getTime()) / 1000,
      scopes,
      isExchange: wish.grant === 'token-exchange',
    };
  }

  #recordIssue(wish: TokenWish, { tokenId }: MintedToken, policyId: string): void {
    this.#parts.ledger.record({
      event: 'access-token-issued',
      kind: 'access-token',
      spiffeId: wish.subject,
      serial: tokenId,
      policyId,
      reason: wish.grant,
      client: wish.client,
      actors: [...actorsOf(wish)],
      audience: [...wish.audience],
    });
  }

  #recordRefusal({ code: reason, details: { client, subject, actors } }: TokenRequestRefused): void {
    this.#parts.ledger.record({
      event: 'access-token-refused',
      kind: 'access-token',
      spiffeId: subject ?? null,
      reason,
      ...(client !== undefined && { client }),
      ...(actors !== undefined && { actors: [...actors] }),
    });
  }
}

function nameOf({ id }: OneUse): string {
  return Buffer.from(id).toString('hex');
}
