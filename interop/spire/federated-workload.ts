import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  authorizeId,
  createJwtSource,
  createMtlsFetch,
  createWorkloadApiClient,
  createX509Source,
  type JwtSource,
  type MtlsOptions,
  mtlsServerOptions,
  parseSpiffeId,
  protectServer,
  verifyX509Svid,
  type X509Bundle,
  X509BundleSet,
  type X509Source,
} from '../../packages/spiffe/src/index.ts';
import { type ClientProgram, startClient } from '../client-program.ts';

export type Outcome = 'accepted' | 'refused';

export interface WorkloadPlace {
  /** Of its own Workload API. */
  readonly socketPath: string;
  readonly id: string;
  readonly go: ClientProgram;
}

/** A workload of one trust domain that deals with one of another: each has its own Workload API and nothing else. */
export class Workload {
  readonly x509: X509Source;
  readonly tokens: JwtSource;
  readonly place: WorkloadPlace;

  constructor(place: WorkloadPlace, x509: X509Source, tokens: JwtSource) {
    this.place = place;
    this.x509 = x509;
    this.tokens = tokens;
  }

  /** Our library at both ends. */
  async serves(other: Workload): Promise<Outcome> {
    await using server = await this.#listen(other);
    return await other.#calls(server.url, this);
  }

  /** go-spiffe at this end, our library at the other. */
  async servesByGo(other: Workload): Promise<Outcome> {
    const server = this.#go('serve', other.place.id);
    try {
      const { url } = (await server.line()) as { url: string };
      return await other.#calls(url, this);
    } finally {
      await server.stop();
    }
  }

  /** Our library at this end, go-spiffe at the other. */
  async isCalledByGo(other: Workload): Promise<Outcome> {
    await using server = await this.#listen(other);
    const client = other.#go('call', this.place.id, server.url);
    try {
      await client.line();
      client.say('go');
      const answer = (await client.line()) as { status?: number };
      return answer.status === 200 ? 'accepted' : 'refused';
    } finally {
      await client.stop();
    }
  }

  /** Locally by the bundles that it has, and by its own Workload API: both say the same. */
  async believesToken(other: Workload): Promise<Outcome> {
    // An audience that nobody has asked for yet: a token that was kept may be of a key that is gone.
    const audience = `spiffe://somewhere.test/${randomUUID()}`;
    const { token } = await other.tokens.svid({ audience });
    const api = createWorkloadApiClient({ socketPath: this.place.socketPath });
    const remotely = await outcomeOf(() => api.validateJwtSvid({ token, audience }));
    const locally = await outcomeOf(() => this.tokens.verify(token, audience));
    if (remotely !== locally) throw new Error(`${remotely} by the Workload API, ${locally} by the bundles`);
    return locally;
  }

  isVerifiedBy(bundle: X509Bundle | undefined): boolean {
    // Outside of the try: a workload that holds no SVID for a moment is not one whose SVID a bundle refuses.
    const { certificates } = this.x509.svid();
    try {
      verifyX509Svid(certificates, new X509BundleSet(bundle === undefined ? [] : [bundle]), new Date());
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.x509.close();
    this.tokens.close();
  }

  #mtls(peer: Workload): MtlsOptions {
    return { source: this.x509, authorize: authorizeId(parseSpiffeId(peer.place.id)) };
  }

  async #listen(peer: Workload) {
    const server = createServer(mtlsServerOptions, (_request, response) => void response.end('hello'));
    const unfollow = protectServer(server, this.#mtls(peer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      [Symbol.asyncDispose]: async () => {
        unfollow();
        server.closeAllConnections();
        server.close();
      },
    };
  }

  async #calls(url: string, peer: Workload): Promise<Outcome> {
    const fetch = createMtlsFetch(this.#mtls(peer));
    try {
      return await outcomeOf(async () => (await fetch(url)).text());
    } finally {
      await fetch.close();
    }
  }

  #go(...args: string[]) {
    return startClient(this.place.go, args, `unix://${this.place.socketPath}`);
  }
}

/** Waits until its Workload API has an identity for it, which takes SPIRE some seconds. */
export async function openWorkload(place: WorkloadPlace): Promise<Workload> {
  const opening = { socketPath: place.socketPath, timeoutMs: 60_000 };
  return new Workload(place, await createX509Source(opening), await createJwtSource(opening));
}

async function outcomeOf(attempt: () => Promise<unknown>): Promise<Outcome> {
  try {
    await attempt();
    return 'accepted';
  } catch {
    return 'refused';
  }
}
