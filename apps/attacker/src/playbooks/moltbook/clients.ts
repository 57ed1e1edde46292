import {
  AgentClient,
  type Presenter,
  presentBoundAccessToken,
  presentHeaders,
  presentScopedKeys,
  type ServerTrust,
} from '@blastradius/credentials';
import type { Credential } from '../../loot/credential.ts';
import { presenterOf } from '../../loot/presenter-of.ts';
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
      case 'scoped-keys':
        return presentScopedKeys({ keys: way, trust: anyone });
      case 'rogue-access-token': {
        const token = await this.#rogue.signAccessToken(way.spiffeId);
        return presentBoundAccessToken({ token: () => token, trust: anyone });
      }
      case 'access-token-from-backup':
        return presentBoundAccessToken({ token: () => way.token, trust: anyone });
      // Where a server compares what it is shown with what it keeps, the hash is the key.
      case 'key-hash':
        return presentHeaders({ headers: { authorization: `Bearer ${way.keyHash}` }, trust: anyone });
      case 'nothing':
        return presentHeaders({ headers: {}, trust: anyone });
      default:
        return presenterOf(credentialOf(way), this.#rogue);
    }
  }
}

type OtherWay = Exclude<
  Way,
  { presented: 'scoped-keys' | 'key-hash' | 'rogue-access-token' | 'access-token-from-backup' | 'nothing' }
>;

function credentialOf(way: OtherWay): Credential {
  switch (way.presented) {
    case 'static-key':
      return { kind: 'api-key', apiKey: way.apiKey };
    case 'spiffe-id-as-name':
      return { kind: 'name', spiffeId: way.spiffeId, lie: way.header };
    case 'rogue-ca-certificate':
    case 'rogue-signed-token':
      return { kind: 'name', spiffeId: way.spiffeId, lie: way.presented };
    case 'jwt-svid-from-backup':
      return { kind: 'jwt-svid', token: way.token };
    case 'wit-svid-from-backup':
      return { kind: 'wit-svid', svid: way.svid };
    case 'expired-svid':
      return { kind: 'x509-svid', svid: way.svid };
  }
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
