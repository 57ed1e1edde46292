import { createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import {
  createJwtSource,
  createWorkloadApiClient,
  type HeldWitSvid,
  type JwtSource,
  verifyWitSvid,
  type WitBundleSet,
  type WorkloadApiClient,
} from '@blastradius/spiffe';
import type { HonestUses } from './probe-messages.ts';

/** What the token is for: a service that this process stands in for as well. */
export const tokenAudience = 'https://tools.moltbook.test';

interface Uses {
  sent: number;
  accepted: number;
  readonly failed: { atMs: number; cause: string }[];
}

/** Honest holders of tokens and those who verify them: two sides with a stream to the Workload API each. */
export class TokenAgents {
  readonly client: WorkloadApiClient;
  readonly verifier: JwtSource;
  readonly #spiffeIds: readonly string[];
  #wits: readonly HeldWitSvid[] = [];
  #witBundles: WitBundleSet | undefined;
  #next = 0;
  readonly #uses: Record<'jwt' | 'wit', Uses> = {
    jwt: { sent: 0, accepted: 0, failed: [] },
    wit: { sent: 0, accepted: 0, failed: [] },
  };

  private constructor(client: WorkloadApiClient, verifier: JwtSource, spiffeIds: readonly string[]) {
    this.client = client;
    this.verifier = verifier;
    this.#spiffeIds = spiffeIds;
  }

  /** Resolves when it holds what it needs of every kind. */
  static async open(socketPath: string, spiffeIds: readonly string[]): Promise<TokenAgents> {
    const client = createWorkloadApiClient({ socketPath });
    const agents = new TokenAgents(client, await createJwtSource({ socketPath }), spiffeIds);
    const wits = Promise.withResolvers<void>();
    const bundles = Promise.withResolvers<void>();
    client.watchWitSvids(
      {},
      {
        onUpdate: (svids) => {
          agents.#wits = svids;
          wits.resolve();
        },
        onError: () => {},
      },
    );
    client.watchWitBundles({
      onUpdate: (set) => {
        agents.#witBundles = set;
        bundles.resolve();
      },
      onError: () => {},
    });
    await Promise.all([wits.promise, bundles.promise]);
    return agents;
  }

  get uses(): Readonly<Record<'jwt' | 'wit', HonestUses>> {
    return this.#uses;
  }

  /** So often in a second, the kinds in turn. Returns how to stop. */
  work(ratePerSecond: number): () => void {
    const startedAtMs = performance.now();
    let done = 0;
    const timer = setInterval(() => {
      const due = ((performance.now() - startedAtMs) / 1000) * ratePerSecond;
      for (; done < due; done++) void this.#use(done % 2 === 0 ? 'jwt' : 'wit');
    }, 20);
    return () => clearInterval(timer);
  }

  async jwt(spiffeId = this.#spiffeIds[0] ?? ''): Promise<string> {
    // Asked for at each use, as go-spiffe does: the sidecar knows which keys are tainted, and keeps the token.
    return (await this.client.fetchJwtSvid({ audience: tokenAudience, spiffeId })).token;
  }

  wit(): HeldWitSvid {
    const wit = this.#wits[this.#next++ % this.#wits.length];
    if (wit === undefined) throw new TypeError('no WIT-SVID is held');
    return wit;
  }

  /** With a fresh proof by the key that the token names. */
  async acceptWit({ token, privateKey }: HeldWitSvid): Promise<void> {
    if (this.#witBundles === undefined) throw new TypeError('no WIT bundle is known');
    const challenge = randomBytes(32);
    const proof = sign('sha256', challenge, privateKey);
    const { confirmationKey } = await verifyWitSvid(token, { bundles: this.#witBundles, now: new Date() });
    const key = createPublicKey({ key: confirmationKey, format: 'jwk' });
    if (!verify('sha256', challenge, key, proof)) throw new TypeError('the proof is not by the token’s key');
  }

  async #use(kind: 'jwt' | 'wit'): Promise<void> {
    const uses = this.#uses[kind];
    uses.sent += 1;
    const atMs = Date.now();
    try {
      if (kind === 'wit') await this.acceptWit(this.wit());
      else await this.#useJwt();
      uses.accepted += 1;
    } catch (error) {
      uses.failed.push({ atMs, cause: causeOf(error) });
    }
  }

  async #useJwt(): Promise<void> {
    const token = await this.jwt(this.#spiffeIds[this.#next++ % this.#spiffeIds.length]);
    await this.verifier.verify(token, tokenAudience);
    await this.client.validateJwtSvid({ token, audience: tokenAudience });
  }
}

/** A stable code where there is one. */
export function causeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : 'unknown';
}
