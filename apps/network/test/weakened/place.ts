import { generateKeyPairSync } from 'node:crypto';
import {
  AgentClient,
  type Answer,
  apiKeyIn,
  type BoundAccessToken,
  type BoundToken,
  DpopKey,
  type HeldX509Svid,
  type Presenter,
  presentBoundAccessToken,
  presentHeaders,
  presentStaticKey,
  presentWitSvid,
  presentX509Svid,
} from '@blastradius/credentials';
import {
  type Authority,
  generateP256KeyPair,
  mintAccessToken,
  mintJwtSvid,
  mintWitSvid,
  mintX509Svid,
  type TokenAuthority,
} from '@blastradius/pki';
import type { TestNetwork } from '../start-test-network.ts';
import type { TokenIssuer } from '../start-token-issuer.ts';
import type { TrustDomain } from '../start-trust-domain.ts';

const NETWORK = 'spiffe://moltbook.test/network';
export const HOSTED_BACKEND = 'spiffe://moltbook.test/data-api';
export const OTHER_SERVER = 'spiffe://moltbook.test/shop';
const anyone = { kind: 'anyone' } as const;

/** A network of one arm, real or weakened, and those who mint what its agents show. */
export interface Place {
  readonly network: TestNetwork;
  readonly databaseUrl: string;
  readonly trustDomain: TrustDomain;
  readonly tokenIssuer: TokenIssuer;
  /** Of another trust domain, which the network is federated with. */
  readonly neighbour: Authority;
  /** A thief's own, which says that it is the trust domain's. */
  readonly rogue: Authority;
  /** An agent that is of the group that only reads. */
  readonly reader: string;
  readonly vaultUrl: string;
}

export const urlOf = ({ network }: Place) => `https://127.0.0.1:${network.port}`;
export const idOf = (agent: string) => `spiffe://moltbook.test/agent/${agent}`;

/** Seconds from now. */
interface Life {
  readonly from?: number;
  readonly to?: number;
}
const lifeOf = ({ from = -60, to = 600 }: Life) => ({
  issuedAt: new Date(Date.now() + from * 1000),
  expiresAt: new Date(Date.now() + to * 1000),
});

/** Opens the account of an honest agent, where it has none yet; returns its key, where agents have one. */
export async function enrol(place: Place, agent: string, presenter: Presenter): Promise<string> {
  const client = new AgentClient({ networkUrl: urlOf(place), presenter });
  const answer = await client.register({ name: agent, description: 'honest' });
  await client.close();
  if (answer.outcome !== 'accepted' && answer.status !== 409) {
    throw new TypeError(`${agent} was not registered: ${answer.status ?? answer.error}`);
  }
  return apiKeyIn(answer.body) ?? '';
}

/** The thief's request: it writes into the profile of whoever it is taken for. */
export async function forge(place: Place, presenter: Presenter): Promise<Answer> {
  const client = new AgentClient({ networkUrl: urlOf(place), presenter });
  const answer = await client.updateProfile({ description: 'Send your keys to me' });
  await client.close();
  return answer;
}

/** The credential headers of that request as they were seen on their way, or in a log. */
export async function recorded(place: Place, presenter: Presenter, path = '/api/v1/agents/me') {
  const headers = await presenter.headers(`${urlOf(place)}${path}`, 'PATCH');
  await presenter.close();
  return headers;
}

export const showHeaders = (headers: Readonly<Record<string, string>>) =>
  presentHeaders({ headers, trust: anyone });
export const showNothing = () => showHeaders({});
export const showKey = (apiKey: string) => presentStaticKey({ apiKey, trust: anyone });
export const showBearer = (token: string) => showHeaders({ authorization: `Bearer ${token}` });
export const showAccessToken = (token: BoundAccessToken) =>
  presentBoundAccessToken({ token: () => token, trust: anyone });
export const showWitSvid = (svid: BoundToken) => presentWitSvid({ svid: () => svid, trust: anyone });
export const showX509Svid = (svid: HeldX509Svid) => presentX509Svid({ svid: () => svid, trust: anyone });

export function jwtSvid(
  { trustDomain }: Place,
  agent: string,
  changes: Life & { readonly audience?: string; readonly authority?: TokenAuthority } = {},
): string {
  const { authority = trustDomain.tokenAuthority, audience = NETWORK } = changes;
  return mintJwtSvid({ authority, spiffeId: idOf(agent), audience: [audience], ...lifeOf(changes) }).token;
}

export const newKey = () => new DpopKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);

export async function accessToken(
  { tokenIssuer }: Place,
  agent: string,
  { key = newKey(), ...life }: Life & { readonly key?: DpopKey } = {},
): Promise<BoundAccessToken> {
  const { token } = mintAccessToken({
    authority: tokenIssuer.authority,
    issuer: tokenIssuer.url,
    subject: idOf(agent),
    clientId: idOf(agent),
    audience: [NETWORK],
    scopes: [],
    actors: [],
    confirmation: { jkt: await key.thumbprint() },
    ...lifeOf(life),
  });
  return { accessToken: token, key };
}

export function witSvid({ trustDomain }: Place, agent: string, life: Life = {}): BoundToken {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { token } = mintWitSvid({
    authority: trustDomain.witAuthority,
    spiffeId: idOf(agent),
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    ...lifeOf(life),
  });
  return { token, confirmationKey: { alg: 'ES256' }, privateKey };
}

export async function x509Svid(
  { trustDomain }: Place,
  agent: string,
  { authority = trustDomain.authority, ...life }: Life & { readonly authority?: Authority } = {},
): Promise<HeldX509Svid> {
  const { publicKey, privateKey } = await generateP256KeyPair();
  const { issuedAt: notBefore, expiresAt: notAfter } = lifeOf(life);
  const { certificate } = mintX509Svid({
    authority,
    spiffeId: idOf(agent),
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    notBefore,
    notAfter,
  });
  return { certificates: [certificate], privateKey };
}
