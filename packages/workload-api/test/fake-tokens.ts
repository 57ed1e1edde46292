import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { WitSvidMessage } from '@blastradius/spiffe';
import { SignJWT } from 'jose';
import type {
  JwtIdentities,
  JwtSvidRequest,
  TokenBundles,
  TokenBundlesWatcher,
  WitIdentities,
  WitSvidsWatcher,
} from '../src/token-identities.ts';
import { NoIdentityIssued } from '../src/workload-api.errors.ts';

/** Keys of one trust domain that sign JWT-SVIDs. */
export class TokenAuthority {
  readonly trustDomain: string;
  readonly #kid = randomBytes(8).toString('hex');
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(trustDomain: string) {
    this.trustDomain = trustDomain;
  }

  get jwks(): string {
    const jwk = this.#keys.publicKey.export({ format: 'jwk' });
    return JSON.stringify({ keys: [{ ...jwk, kid: this.#kid, use: 'jwt-svid' }] });
  }

  sign(path: string, audience: string | string[], claims: object = {}): Promise<string> {
    return signWith(this.#keys.privateKey, this.#kid, {
      ...claims,
      sub: `spiffe://${this.trustDomain}${path}`,
      aud: audience,
    });
  }
}

function signWith(key: KeyObject, kid: string, claims: object): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({ iat: nowSeconds, exp: nowSeconds + 300, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
    .sign(key);
}

/** JWT-SVIDs for whoever asks, by a real key; the watchers of its bundles hear of `bundles` when it is set. */
export class FakeJwtIdentities implements JwtIdentities {
  readonly own = new TokenAuthority('moltbook.test');
  ids: readonly string[] = ['/agent/a', '/agent/b'];
  failure: unknown;
  readonly asked: JwtSvidRequest[] = [];
  readonly #watchers = new Set<TokenBundlesWatcher>();
  #bundles: TokenBundles = new Map([['spiffe://moltbook.test', this.own.jwks]]);

  set bundles(bundles: TokenBundles) {
    this.#bundles = bundles;
    for (const watcher of this.#watchers) watcher.onBundles(bundles);
  }

  async fetchJwtSvids(_selectors: readonly string[], request: JwtSvidRequest) {
    this.asked.push(request);
    if (this.failure !== undefined) throw this.failure;
    const all = this.ids.map((path) => ({ path, spiffeId: `spiffe://moltbook.test${path}` }));
    const wanted = all.filter(({ spiffeId }) => (request.spiffeId ?? spiffeId) === spiffeId);
    if (wanted.length === 0) throw new NoIdentityIssued('no identity issued');
    return Promise.all(
      wanted.map(async ({ path, spiffeId }) => ({
        spiffeId,
        svid: await this.own.sign(path, [...request.audience]),
        hint: path.slice(-1),
      })),
    );
  }

  watchJwtBundles(_selectors: readonly string[], watcher: TokenBundlesWatcher): () => void {
    this.#watchers.add(watcher);
    watcher.onBundles(this.#bundles);
    return () => this.#watchers.delete(watcher);
  }
}

export class FakeWitIdentities implements WitIdentities {
  readonly #watchers = new Set<WitSvidsWatcher>();
  #svids: readonly WitSvidMessage[] = [witSvid('a'), witSvid('b')];

  set svids(svids: readonly WitSvidMessage[]) {
    this.#svids = svids;
    for (const watcher of this.#watchers) watcher.onSvids(svids);
  }

  watchWitSvids(_selectors: readonly string[], watcher: WitSvidsWatcher): () => void {
    this.#watchers.add(watcher);
    watcher.onSvids(this.#svids);
    return () => this.#watchers.delete(watcher);
  }

  watchWitBundles(_selectors: readonly string[], watcher: TokenBundlesWatcher): () => void {
    watcher.onBundles(new Map([['spiffe://moltbook.test', '{"keys":[]}']]));
    return () => {};
  }
}

export function witSvid(name: string, token = 'token'): WitSvidMessage {
  return { spiffeId: `spiffe://moltbook.test/agent/${name}`, witSvid: token, witSvidKey: '{}', hint: name };
}
