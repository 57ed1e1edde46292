import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '@blastradius/kernel';

export interface JoinTokenGrant {
  readonly node: string;
  readonly expiresAt: Date;
}

/** Where join tokens are kept, as hashes only. */
export abstract class JoinTokenStore {
  abstract add(tokenHash: Uint8Array, grant: JoinTokenGrant): Promise<void>;
  /** Uses the token up and names its node; null where it is unknown, used or past its end. One caller wins. */
  abstract consume(tokenHash: Uint8Array, now: Date): Promise<string | null>;
}

/** One-time tokens by which an operator admits a sidecar. */
export class JoinTokens {
  readonly #store: JoinTokenStore;
  readonly #clock: Clock;

  constructor(store: JoinTokenStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async mint(node: string, ttlSeconds: number): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(this.#clock.now().getTime() + ttlSeconds * 1000);
    await this.#store.add(hashOf(token), { node, expiresAt });
    return token;
  }

  consume(token: string): Promise<string | null> {
    return this.#store.consume(hashOf(token), this.#clock.now());
  }
}

/** 256 random bits need no salt and no slow hash; looking up the hash tells nothing by its timing. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
