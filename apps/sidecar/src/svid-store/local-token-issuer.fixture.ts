import type { TrustBundleDocument } from '@blastradius/contracts';
import {
  createTokenAuthority,
  mintJwtSvid,
  mintWitSvid,
  type TokenAuthority,
  verifyCsr,
} from '@blastradius/pki';
import type { FakeClock } from '@blastradius/testkit';
import { IssuerUnavailable } from '../issuer-client/issuer-client.errors.ts';
import type { CertificateRequest, JwtIssuer, JwtRequest, TokenResult, WitIssuer } from './issuer.ts';

export const TOKEN_TTL_MS = 60_000;
export const SELECTORS = ['unix:uid:1000'];
export const idOf = (name: string) => `spiffe://moltbook.test/agent/${name}`;

/** An issuer of tokens in the test's own process; its keys are real, its policy is a list. */
export class LocalTokenIssuer implements JwtIssuer, WitIssuer {
  entitled: readonly string[] = [idOf('a'), idOf('b')];
  federatesWith: readonly string[] | undefined;
  refused: readonly string[] = [];
  isAway = false;
  /** How far its clock is before ours. */
  aheadMs = 0;
  asked = 0;
  readonly batches: string[][] = [];
  authority: TokenAuthority;
  readonly #clock: FakeClock;

  constructor(authority: TokenAuthority, clock: FakeClock) {
    this.authority = authority;
    this.#clock = clock;
  }

  async entitlements() {
    this.asked += 1;
    this.#assertThere();
    const { federatesWith } = this;
    const entitlements = this.entitled.map((spiffeId) => ({
      spiffeId,
      hint: spiffeId.slice(-1),
      policyId: 'test',
      ...(federatesWith && { federatesWith: [...federatesWith] }),
    }));
    return { entitlements, ttlSeconds: 10 };
  }

  async mintJwtSvids(_selectors: readonly string[], requests: readonly JwtRequest[]) {
    this.batches.push(requests.map(({ spiffeId }) => spiffeId));
    this.#assertThere();
    return requests.map(({ spiffeId, audience }) =>
      this.#result(spiffeId, () => mintJwtSvid({ ...this.#common(spiffeId), audience })),
    );
  }

  async mintWitSvids(_selectors: readonly string[], requests: readonly CertificateRequest[]) {
    this.batches.push(requests.map(({ spiffeId }) => spiffeId));
    this.#assertThere();
    return requests.map(({ spiffeId, csr }) =>
      this.#result(spiffeId, () => mintWitSvid({ ...this.#common(spiffeId), ...verifyCsr(csr), spiffeId })),
    );
  }

  #common(spiffeId: string) {
    const issuedAt = new Date(this.#clock.now().getTime() + this.aheadMs);
    return {
      authority: this.authority,
      spiffeId,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + TOKEN_TTL_MS),
    };
  }

  #result(spiffeId: string, mint: () => { token: string; issuedAt: Date; expiresAt: Date }): TokenResult {
    if (this.refused.includes(spiffeId)) return { spiffeId, refused: 'test.refused' };
    const { token, issuedAt, expiresAt } = mint();
    return { spiffeId, token, issuedAtMs: issuedAt.getTime(), expiresAtMs: expiresAt.getTime() };
  }

  #assertThere(): void {
    if (this.isAway) throw new IssuerUnavailable('away');
  }
}

export function newTokenAuthority(clock: FakeClock): Promise<TokenAuthority> {
  return createTokenAuthority(new Date(clock.now().getTime() + 86_400_000));
}

export function bundleDocument(changes: Partial<TrustBundleDocument> = {}): TrustBundleDocument {
  return {
    trustDomain: 'moltbook.test',
    sequence: 1,
    refreshHintSeconds: 60,
    x509Authorities: ['AAAA'],
    jwtAuthorities: [],
    witAuthorities: [],
    federatedBundles: {},
    taintedAuthorityKeyIds: [],
    ...changes,
  };
}
