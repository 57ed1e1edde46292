import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Authority,
  createAuthority,
  createTokenAuthority,
  generateP256KeyPair,
  mintX509Svid,
  type TokenAuthority,
} from '@blastradius/pki';
import {
  certificatesToPem,
  formatJwtBundle,
  formatWitBundle,
  type X509SvidMessage,
} from '@blastradius/spiffe';
import {
  type IdentitiesWatcher,
  type JwtIdentities,
  startWorkloadApi,
  type WitIdentities,
  type WorkloadIdentities,
  type X509Snapshot,
} from '@blastradius/workload-api';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const TRUST_DOMAIN = 'moltbook.test';

export interface IssuedSvid {
  readonly cert: string;
  readonly key: string;
  readonly serial: string;
  readonly spiffeId: string;
}

export interface IssueOptions {
  readonly lifetimeMs?: number;
  readonly notBefore?: Date;
  readonly authority?: Authority;
}

export interface TrustDomain {
  /** What `SPIFFE_ENDPOINT_SOCKET` says. */
  readonly endpoint: string;
  readonly authority: Authority;
  readonly authorityPem: string;
  /** Signs JWT-SVIDs. */
  readonly tokenAuthority: TokenAuthority;
  /** Signs WIT-SVIDs. */
  readonly witAuthority: TokenAuthority;
  issue(path: string, options?: IssueOptions): Promise<IssuedSvid>;
  /** Gives the server a new SVID, under these authorities; ours alone unless told otherwise. */
  rotate(authorities?: readonly Authority[]): Promise<{ serial: string }>;
  close(): Promise<void>;
}

export async function rogueAuthority(trustDomain = TRUST_DOMAIN): Promise<Authority> {
  return await createAuthority({
    trustDomain,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
}

/** An authority and a real Workload API, which gives every caller the network's own identity. */
export async function startTrustDomain({
  federated,
}: {
  /** Another trust domain, whose X.509 authority the network knows. */
  readonly federated?: { readonly trustDomain: string; readonly authority: Authority };
} = {}): Promise<TrustDomain> {
  const folder = mkdtempSync(join(tmpdir(), 'spiffe-'));
  const socketPath = join(folder, 'api.sock');
  const authority = await rogueAuthority();
  const tokenAuthority = await createTokenAuthority(new Date(Date.now() + 3_600_000));
  const witAuthority = await createTokenAuthority(new Date(Date.now() + 3_600_000));
  const identities = new OneIdentity(
    new Map(
      federated ? [[`spiffe://${federated.trustDomain}`, Buffer.from(federated.authority.certificate)]] : [],
    ),
  );
  const rotate = async (authorities: readonly Authority[] = [authority]) => {
    const { message, serial } = await serverSvid(authority, authorities);
    identities.set(message, authorities);
    return { serial };
  };
  await rotate();
  const api = await startWorkloadApi({
    socketPath,
    trustDomain: TRUST_DOMAIN,
    source: identities,
    jwt: jwtBundleOf(tokenAuthority),
    wit: witBundleOf(witAuthority),
    logger: quiet,
  });
  return {
    endpoint: `unix://${socketPath}`,
    authority,
    tokenAuthority,
    witAuthority,
    authorityPem: certificatesToPem([authority.certificate]),
    issue: (path, options = {}) => issueSvid(path, { authority, ...options }),
    rotate,
    close: async () => {
      await api.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Gives out the bundle, and no token to anyone. */
function jwtBundleOf({ keyId, publicKey }: TokenAuthority): JwtIdentities {
  const jwks = formatJwtBundle({ trustDomain: TRUST_DOMAIN, authorities: new Map([[keyId, publicKey]]) });
  return {
    fetchJwtSvids: async () => [],
    watchJwtBundles: (_selectors, watcher) => {
      watcher.onBundles(new Map([[`spiffe://${TRUST_DOMAIN}`, jwks]]));
      return () => {};
    },
  };
}

function witBundleOf({ keyId, publicKey }: TokenAuthority): WitIdentities {
  const jwks = formatWitBundle({ trustDomain: TRUST_DOMAIN, authorities: new Map([[keyId, publicKey]]) });
  return {
    watchWitSvids: () => () => {},
    watchWitBundles: (_selectors, watcher) => {
      watcher.onBundles(new Map([[`spiffe://${TRUST_DOMAIN}`, jwks]]));
      return () => {};
    },
  };
}

export async function issueSvid(
  path: string,
  options: IssueOptions & { readonly authority: Authority },
): Promise<IssuedSvid> {
  const { authority, lifetimeMs = 60_000, notBefore = new Date(Date.now() - 3000) } = options;
  const { publicKey, privateKey } = await generateP256KeyPair();
  const spiffeId = `spiffe://${TRUST_DOMAIN}${path}`;
  const { certificate, serial } = mintX509Svid({
    authority,
    spiffeId,
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    notBefore,
    notAfter: new Date(Date.now() + lifetimeMs),
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert: certificatesToPem([certificate]), key, serial, spiffeId };
}

async function serverSvid(authority: Authority, authorities: readonly Authority[]) {
  const { publicKey, privateKey } = await generateP256KeyPair();
  const { certificate, serial } = mintX509Svid({
    authority,
    spiffeId: `spiffe://${TRUST_DOMAIN}/network`,
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    notBefore: new Date(Date.now() - 3000),
    notAfter: new Date(Date.now() + 600_000),
    ipAddresses: ['127.0.0.1'],
  });
  const message: X509SvidMessage = {
    spiffeId: `spiffe://${TRUST_DOMAIN}/network`,
    x509Svid: Buffer.from(certificate),
    x509SvidKey: privateKey.export({ type: 'pkcs8', format: 'der' }),
    bundle: Buffer.concat(authorities.map((one) => one.certificate)),
    hint: '',
  };
  return { message, serial };
}

class OneIdentity implements WorkloadIdentities {
  readonly #watchers = new Set<IdentitiesWatcher>();
  readonly #federatedBundles: ReadonlyMap<string, Buffer>;
  #snapshot: X509Snapshot = { svids: [], bundles: new Map(), federatedBundles: new Map() };

  constructor(federatedBundles: ReadonlyMap<string, Buffer>) {
    this.#federatedBundles = federatedBundles;
  }

  set(message: X509SvidMessage, authorities: readonly Authority[]): void {
    const bundle = Buffer.concat(authorities.map((one) => one.certificate));
    this.#snapshot = {
      svids: [message],
      bundles: new Map([[`spiffe://${TRUST_DOMAIN}`, bundle]]),
      federatedBundles: this.#federatedBundles,
    };
    for (const watcher of this.#watchers) watcher.onSnapshot(this.#snapshot);
  }

  watch(_selectors: readonly string[], watcher: IdentitiesWatcher): () => void {
    this.#watchers.add(watcher);
    watcher.onSnapshot(this.#snapshot);
    return () => this.#watchers.delete(watcher);
  }
}
