import { AgentClient } from '@blastradius/credentials';
import type { RogueAuthority } from '../playbooks/moltbook/rogue-authority.ts';
import type { Held } from './holdings.ts';
import { presenterOf } from './presenter-of.ts';

/** More would keep a socket each open for nothing. */
const OPEN_MAX = 64;

/** Clients of the network, one for each credential, so that connections are used again. */
export class CredentialClients {
  readonly #networkUrl: string;
  readonly #rogue: RogueAuthority;
  readonly #open = new Map<string, Promise<AgentClient>>();

  /** `networkUrl` has passed `assertInRange`. */
  constructor(networkUrl: string, rogue: RogueAuthority) {
    this.#networkUrl = networkUrl;
    this.#rogue = rogue;
  }

  of({ id, credential }: Held): Promise<AgentClient> {
    const known = this.#open.get(id);
    if (known) return known;
    const client = presenterOf(credential, this.#rogue).then(
      (presenter) => new AgentClient({ networkUrl: this.#networkUrl, presenter }),
    );
    this.#open.set(id, client);
    this.#closeOldest();
    return client;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#open.values()].map(async (client) => (await client).close()));
  }

  /** Requests that are under way on it end in peace. */
  #closeOldest(): void {
    const [oldest] = this.#open;
    if (this.#open.size <= OPEN_MAX || !oldest) return;
    this.#open.delete(oldest[0]);
    void oldest[1].then((client) => client.close());
  }
}
