import {
  AgentClient,
  type Presenter,
  presentBoundAccessToken,
  presentHeaders,
  presentScopedKeys,
  presentStaticKey,
  presentWitSvid,
  presentX509Svid,
  type ServerTrust,
} from '@blastradius/credentials';
import type { RogueAuthority } from './rogue-authority.ts';
import type { Way } from './ways-to-present.ts';

const anyone: ServerTrust = { kind: 'anyone' };

/** Clients of the network that show loot, through the code that honest agents show themselves with. */
export class Clients {
  readonly #networkUrl: string;
  readonly #rogue: RogueAuthority;
  readonly #byWay = new Map<string, Promise<AgentClient>>();

  /** `network` has passed `assertInRange`. */
  constructor(network: URL, rogue: RogueAuthority) {
    this.#networkUrl = network.origin;
    this.#rogue = rogue;
  }

  /** The same client for the same way, so that connections are used again. */
  of(way: Way): Promise<AgentClient> {
    const key = keyOf(way);
    const known = this.#byWay.get(key);
    if (known) return known;
    const client = this.#presenterOf(way).then(
      (presenter) => new AgentClient({ networkUrl: this.#networkUrl, presenter }),
    );
    this.#byWay.set(key, client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#byWay.values()].map(async (client) => (await client).close()));
  }

  async #presenterOf(way: Way): Promise<Presenter> {
    switch (way.presented) {
      case 'static-key':
        return presentStaticKey({ apiKey: way.apiKey, trust: anyone });
      case 'scoped-keys':
        return presentScopedKeys({ keys: way, trust: anyone });
      case 'key-hash':
        return bearer(way.keyHash);
      case 'spiffe-id-as-name':
        return presentHeaders({ headers: headersOf(way.header, way.spiffeId), trust: anyone });
      case 'rogue-ca-certificate': {
        const svid = await this.#rogue.mint(way.spiffeId);
        return presentX509Svid({ svid: () => svid, trust: anyone });
      }
      case 'rogue-signed-token':
        return bearer(await this.#rogue.signToken(way.spiffeId));
      case 'rogue-access-token': {
        const token = await this.#rogue.signAccessToken(way.spiffeId);
        return presentBoundAccessToken({ token: () => token, trust: anyone });
      }
      case 'access-token-from-backup':
        return presentBoundAccessToken({ token: () => way.token, trust: anyone });
      case 'jwt-svid-from-backup':
        return bearer(way.token);
      case 'wit-svid-from-backup':
        return presentWitSvid({ svid: () => way.svid, trust: anyone });
      case 'expired-svid':
        return presentX509Svid({ svid: () => way.svid, trust: anyone });
      case 'nothing':
        return presentHeaders({ headers: {}, trust: anyone });
    }
  }
}

const bearer = (token: string) =>
  presentHeaders({ headers: { authorization: `Bearer ${token}` }, trust: anyone });

function headersOf(
  header: 'authorization' | 'x-spiffe-id' | 'x-forwarded-client-cert',
  spiffeId: string,
): Record<string, string> {
  if (header === 'authorization') return { authorization: `Bearer ${spiffeId}` };
  // Envoy's header, which a network behind a mesh might believe from anyone.
  if (header === 'x-forwarded-client-cert') return { [header]: `Hash=${'0'.repeat(64)};URI=${spiffeId}` };
  return { [header]: spiffeId };
}

function keyOf(way: Way): string {
  switch (way.presented) {
    case 'static-key':
      return `key ${way.apiKey}`;
    case 'scoped-keys':
      return `keys ${way.apiKey} ${way.writeKey}`;
    case 'key-hash':
      return `hash ${way.keyHash}`;
    case 'spiffe-id-as-name':
      return `${way.header} ${way.spiffeId}`;
    case 'rogue-ca-certificate':
      return `rogue ${way.spiffeId}`;
    case 'rogue-signed-token':
      return `signed ${way.spiffeId}`;
    case 'rogue-access-token':
      return `access ${way.spiffeId}`;
    case 'access-token-from-backup':
      return `bound access ${way.token.accessToken}`;
    case 'jwt-svid-from-backup':
      return `token ${way.token}`;
    case 'wit-svid-from-backup':
      return `bound ${way.svid.token}`;
    case 'expired-svid':
      return `expired ${way.svid.serial}`;
    case 'nothing':
      return 'nothing';
  }
}
