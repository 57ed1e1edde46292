import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Presenter,
  presentBoundAccessToken,
  RenewedAccessToken,
  type ServerTrust,
} from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { type BundleSource, createBundleSource, createJwtSource, type JwtSource } from '@blastradius/spiffe';
import { IdentityMissing } from '../fleet.errors.ts';
import { IdentityArm, type IdentityArmOptions } from './identity-arm.ts';

const IDENTITIES_WITHIN_MS = 60_000;
const PAUSE_MS = 500;

export interface DpopArmOptions extends IdentityArmOptions {
  /** The authorization server: who gives access tokens for JWT-SVIDs. */
  readonly tokenIssuer: string;
}

/**
 * Agents that change their JWT-SVID at the authorization server for an access token which is bound to a
 * key of their own, and prove with each request that they hold it.
 */
export class DpopArm extends IdentityArm {
  readonly #tokenIssuer: string;
  readonly #workloadApi: string;
  readonly #tokens = new Map<string, RenewedAccessToken>();
  #sources: { readonly svids: JwtSource; readonly bundles: BundleSource } | undefined;

  constructor(options: DpopArmOptions, workloadApi: string) {
    super(options);
    this.#tokenIssuer = options.tokenIssuer;
    this.#workloadApi = workloadApi;
  }

  /** Rejects after a minute, naming an agent that has no token yet. */
  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    if (agents.length === 0) return;
    const opening = { endpoint: this.#workloadApi, timeoutMs: IDENTITIES_WITHIN_MS };
    const bundles = await createBundleSource(opening);
    this.#sources = { bundles, svids: await createJwtSource(opening) };
    const deadlineMs = performance.now() + IDENTITIES_WITHIN_MS;
    for (const { name } of agents) await this.#untilGiven(name, deadlineMs);
  }

  async backUp(agent: string, file: string): Promise<void> {
    const { accessToken, key } = await this.#tokenOf(agent).current();
    const accessTokenKey = key.privateKey.export({ format: 'jwk' });
    writeFileSync(file, JSON.stringify({ accessToken, accessTokenKey }), { mode: 0o600 });
  }

  /** Proofs are made below the agent, with a key that it never sees. */
  async shareable(agent: string): Promise<string> {
    return (await this.#tokenOf(agent).current()).accessToken;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tokens.values()].map((token) => token.close()));
    this.#sources?.svids.close();
    this.#sources?.bundles.close();
  }

  protected present(agent: string, trust: ServerTrust): Presenter {
    return presentBoundAccessToken({ token: () => this.#tokenOf(agent).current(), trust });
  }

  protected authorities(): readonly Uint8Array[] {
    return this.#sources?.bundles.x509Bundles().get(this.options.trustDomain)?.authorities ?? [];
  }

  async #untilGiven(agent: string, deadlineMs: number): Promise<void> {
    for (;;) {
      try {
        await this.#tokenOf(agent).current();
        return;
      } catch (cause) {
        if (performance.now() > deadlineMs) {
          throw new IdentityMissing(`the token endpoint gave no access token to ${agent}`, { cause });
        }
        await pause(PAUSE_MS);
      }
    }
  }

  #tokenOf(agent: string): RenewedAccessToken {
    const known = this.#tokens.get(agent);
    if (known) return known;
    const token = new RenewedAccessToken({
      tokenUrl: `${this.#tokenIssuer}/oauth/token`,
      audience: this.options.networkSpiffeId,
      assertion: () => this.#assertionOf(agent),
      trust: {
        kind: 'spiffe',
        serverId: `spiffe://${this.options.trustDomain}/issuer`,
        authorities: () => this.authorities(),
      },
    });
    this.#tokens.set(agent, token);
    return token;
  }

  async #assertionOf(agent: string): Promise<string> {
    const held = await this.#sources?.svids.svid({ audience: this.#tokenIssuer, spiffeId: this.idOf(agent) });
    if (held === undefined) throw new IdentityMissing(`${agent} has no identity`);
    return held.token;
  }
}
