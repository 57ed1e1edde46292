import type { IssuerAdministration } from '../issuer/issuer-administration.ts';
import type { JoinFolder } from './join-folder.ts';
import { isTokenDue, type PlacedToken } from './token-due.ts';

export interface KeepTokensOptions {
  readonly issuer: Pick<IssuerAdministration, 'mintJoinToken'>;
  readonly folders: ReadonlyMap<string, Pick<JoinFolder, 'holdsToken' | 'place'>>;
  readonly ttlSeconds: number;
  readonly now: () => number;
}

/** Keeps one unused token ready for each node. */
export class KeptTokens {
  readonly #options: KeepTokensOptions;
  readonly #placed = new Map<string, PlacedToken>();

  constructor(options: KeepTokensOptions) {
    this.#options = options;
  }

  /** Every node has been given a token: it lies there, or its sidecar took it. */
  get isComplete(): boolean {
    return this.#placed.size === this.#options.folders.size;
  }

  /** Gives tokens to the nodes that need one; names them. Rejects with the first that could not be had. */
  async refill(): Promise<string[]> {
    const { issuer, folders, ttlSeconds, now } = this.#options;
    const given: string[] = [];
    for (const [node, folder] of folders) {
      if (!isTokenDue(this.#placed.get(node), folder.holdsToken(), now())) continue;
      const mintedAtMs = now();
      folder.place(await issuer.mintJoinToken(node, ttlSeconds));
      this.#placed.set(node, { mintedAtMs, ttlSeconds });
      given.push(node);
    }
    return given;
  }
}
