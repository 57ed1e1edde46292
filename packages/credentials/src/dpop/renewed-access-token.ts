import { generateKeyPairSync } from 'node:crypto';
import { FollowingConnections } from '../presenter/following-connections.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import type { BoundAccessToken } from './present.ts';
import { DpopKey } from './proof.ts';
import { AccessTokenNotGiven, type GivenAccessToken, requestAccessToken } from './request-access-token.ts';

/** So long at least between two requests for a token of which the first brought none. */
const PAUSE_MS = 200;

export interface RenewedAccessTokenOptions {
  readonly tokenUrl: string;
  readonly audience: string;
  /** The holder's JWT-SVID for the authorization server, as the Workload API gives it now. */
  readonly assertion: () => Promise<string>;
  readonly trust: ServerTrust;
}

interface Held {
  readonly accessToken: string;
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/**
 * One workload's access token, bound to a key that is made here and never leaves: renewed once half of
 * its life is over, by whoever asks for it then, and without anyone waiting while it lives.
 */
export class RenewedAccessToken {
  readonly #options: RenewedAccessTokenOptions;
  readonly #key = new DpopKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  readonly #connections: FollowingConnections;
  #held: Held | undefined;
  #usedAssertion: string | undefined;
  #renewal: Promise<Held> | undefined;
  #notBeforeMs = 0;

  constructor(options: RenewedAccessTokenOptions) {
    this.#options = options;
    this.#connections = new FollowingConnections(options.trust);
  }

  /** Rejects where there is no token that lives, and none to be had. */
  async current(): Promise<BoundAccessToken> {
    const held = this.#held;
    const nowMs = performance.now();
    if (held === undefined || nowMs >= held.endsAtMs) return this.#bound(await this.#renew());
    // Where the renewal fails, the one that is held still lives, and the next who asks tries again.
    if (nowMs >= Math.max(held.renewAtMs, this.#notBeforeMs)) this.#renew().catch(() => {});
    return this.#bound(held);
  }

  async close(): Promise<void> {
    await this.#renewal?.catch(() => {});
    await this.#connections.close();
  }

  #bound({ accessToken }: Held): BoundAccessToken {
    return { accessToken, key: this.#key };
  }

  #renew(): Promise<Held> {
    this.#renewal ??= this.#request().finally(() => {
      this.#renewal = undefined;
      this.#notBeforeMs = performance.now() + PAUSE_MS;
    });
    return this.#renewal;
  }

  async #request(): Promise<Held> {
    const { tokenUrl, audience } = this.#options;
    const assertion = await this.#options.assertion();
    // It is taken once, and the Workload API gives the same one for half of its life.
    if (assertion === this.#usedAssertion) throw new AccessTokenNotGiven('there is no new JWT-SVID yet');
    this.#usedAssertion = assertion;
    const dispatcher = this.#connections.showing();
    const given = await requestAccessToken({ tokenUrl, assertion, audience, key: this.#key, dispatcher });
    this.#held = heldFrom(given, performance.now());
    return this.#held;
  }
}

/** Its times are whole seconds, so that of its life up to one was over when it was given. */
function heldFrom({ accessToken, expiresInSeconds }: GivenAccessToken, nowMs: number): Held {
  const lifeMs = Math.max(expiresInSeconds - 1, expiresInSeconds / 2) * 1000;
  return { accessToken, renewAtMs: nowMs + lifeMs / 2, endsAtMs: nowMs + lifeMs };
}
