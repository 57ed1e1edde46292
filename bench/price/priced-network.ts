import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrustDomain } from '../../apps/network/test/start-trust-domain.ts';
import { holdsKeys } from '../../packages/contracts/src/index.ts';
import { DpopKey } from '../../packages/credentials/src/dpop/proof.ts';
import {
  generateP256KeyPair,
  mintAccessToken,
  mintJwtSvid,
  mintWitSvid,
} from '../../packages/pki/src/index.ts';
import type { Postgres } from '../../packages/stack/src/index.ts';
import { startApp } from '../rotation/child-process.ts';
import { profiledInto } from '../rotation/profile.ts';
import { AnsweringConnection } from './answering-connection.ts';
import type { Priced } from './arms.ts';
import { startKeyStore, startTokenIssuer } from './helpers-of-arms.ts';
import type { Shown, Target } from './messages.ts';
import { requestsOf } from './request-text.ts';

const root = join(import.meta.dirname, '../..');
const TRUST_DOMAIN = 'moltbook.test';
/** No limit is to be reached: what is measured is the way through them. */
const rateLimits = { requestsPerMinute: 10_000_000, minutesPerPost: 0, commentsPerHour: 10_000_000 };
const HOUR_MS = 3_600_000;

export interface Surroundings {
  readonly postgres: Postgres;
  readonly trustDomain: TrustDomain;
  readonly folder: string;
  /** How many agents put load on the network, each on a connection of its own. */
  readonly callers: number;
  /** How many more rows the table has in which they are looked up. */
  readonly population: number;
  /** Where CPU profiles go. */
  readonly profileFolder: string | undefined;
}

/** The network of one arm with its own database, and the agents that ask it, registered. */
export interface PricedNetwork {
  readonly priced: Priced;
  readonly pid: number;
  readonly target: Target;
  /** Where it leaves its CPU profile when it ends. */
  readonly profileFolder: string | null;
  stop(): Promise<void>;
}

export async function startPricedNetwork(priced: Priced, around: Surroundings): Promise<PricedNetwork> {
  const { postgres, folder, trustDomain, profileFolder } = around;
  const slug = priced.name.replace(/[^a-z0-9]+/g, '_');
  const database = await postgres.createDatabase(`price_${slug}`);
  const certificateFile = join(folder, `${slug}.pem`);
  const profiled = profileFolder === undefined ? null : join(profileFolder, slug);
  const keyed = holdsKeys(priced.arm);
  await using opened = new AsyncDisposableStack();
  const helper = await helperOf(priced, around);
  if (helper !== null) opened.use(helper);
  const network = await startApp({
    entry: join(root, priced.entry),
    logFile: join(folder, `${slug}.log`),
    nodeOptions: profiled === null ? [] : profiledInto(profiled),
    env: {
      ARM: priced.arm,
      DATABASE_URL: database,
      LEDGER_FILE: join(folder, `${slug}.jsonl`),
      CHECKPOINT_FILE: join(folder, `${slug}-checkpoints.jsonl`),
      OPERATOR_SOCKET: join(folder, `${slug}.sock`),
      RATE_LIMITS: JSON.stringify(rateLimits),
      LOG_LEVEL: 'error',
      TRUST_DOMAIN,
      ...helper?.env,
      ...(keyed ? { CERTIFICATE_FILE: certificateFile } : { SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint }),
    },
  });
  opened.defer(() => network.stop());
  const ca = keyed ? await readFile(certificateFile, 'utf8') : trustDomain.authorityPem;
  const serverId = keyed ? null : `spiffe://${TRUST_DOMAIN}/network`;
  const port = Number(new URL(network.url).port);
  const agents = await registerAll(priced, { ...around, issuer: helper?.issuer }, { port, ca, serverId });
  await populate(postgres, `price_${slug}`, around.population);
  const target = { port, ca, serverId, agents };
  const running = opened.move();
  const stop = () => running.disposeAsync();
  return { priced, pid: network.pid, target, profileFolder: profiled, stop };
}

type Entry = Omit<Target, 'agents'>;

/** What some arms can't start without. */
async function helperOf({ arm }: Priced, { trustDomain, folder }: Surroundings) {
  if (arm === 'jwt-svid+dpop') return await startTokenIssuer(trustDomain);
  if (arm === 'vaulted-key') return { issuer: undefined, ...(await startKeyStore(folder)) };
  return null;
}

interface Registering extends Surroundings {
  readonly issuer: string | undefined;
}

async function registerAll(priced: Priced, around: Registering, entry: Entry): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (let index = 0; index < around.callers; index++) {
    const name = `Caller${index}`;
    const own = await credentialOf(priced, around, name);
    const account = await register(entry, name, own ?? { kind: 'nothing' });
    shown.push(own ?? keysIn(account));
  }
  return shown;
}

/** What an agent holds before it registers; null where the network is to give it a key. */
async function credentialOf(
  { showing }: Priced,
  { trustDomain: domain, issuer }: Registering,
  name: string,
): Promise<Shown | null> {
  const path = `/agent/${name}`;
  const spiffeId = `spiffe://${TRUST_DOMAIN}${path}`;
  const times = { issuedAt: new Date(Date.now() - 3000), expiresAt: new Date(Date.now() + HOUR_MS) };
  switch (showing) {
    case 'key':
    case 'keys-by-scope':
      return null;
    case 'bearer-token': {
      const audience = [`spiffe://${TRUST_DOMAIN}/network`];
      const { token } = mintJwtSvid({ authority: domain.tokenAuthority, spiffeId, audience, ...times });
      return { kind: 'bearer-token', token };
    }
    case 'bound-access-token': {
      const { privateKey } = await generateP256KeyPair();
      const { token } = mintAccessToken({
        authority: domain.tokenAuthority,
        issuer: issuer ?? '',
        subject: spiffeId,
        clientId: spiffeId,
        audience: [`spiffe://${TRUST_DOMAIN}/network`],
        scopes: [],
        actors: [],
        confirmation: { jkt: await new DpopKey(privateKey).thumbprint() },
        ...times,
      });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { kind: 'bound-access-token', token, privateKey: pem };
    }
    case 'wit-svid': {
      const { publicKey, privateKey } = await generateP256KeyPair();
      const publicKeySpki = publicKey.export({ type: 'spki', format: 'der' });
      const { token } = mintWitSvid({ authority: domain.witAuthority, spiffeId, publicKeySpki, ...times });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { kind: 'wit-svid', token, privateKey: pem };
    }
    case 'certificate': {
      const { cert, key } = await domain.issue(path, { lifetimeMs: HOUR_MS });
      return { kind: 'certificate', cert, key };
    }
  }
}

interface Account {
  readonly agent: { readonly api_key?: string; readonly write_key?: string };
}

function keysIn({ agent: { api_key: apiKey, write_key: writeKey } }: Account): Shown {
  if (apiKey === undefined) throw new TypeError('an account without a key');
  return writeKey === undefined
    ? { kind: 'key', apiKey }
    : { kind: 'keys-by-scope', readKey: apiKey, writeKey };
}

/** Opens the agent's account over HTTP, as any agent would. */
async function register(entry: Entry, name: string, shown: Shown): Promise<Account> {
  const { promise, resolve, reject } = Promise.withResolvers<Account>();
  const connection = await AnsweringConnection.open({ ...entry, agents: [] }, shown, reject);
  const body = JSON.stringify({ name, description: 'One of those who ask.' });
  const route = { method: 'POST', path: '/api/v1/agents/register', body } as const;
  connection.send(requestsOf(shown, route, entry.port)(), (status, answer) => {
    if (status === 201) resolve(JSON.parse(answer.toString()));
    else reject(new Error(`registration was answered with ${status}: ${answer.toString().slice(0, 300)}`));
  });
  return await promise.finally(() => connection.close());
}

/** Rows among which an agent is looked up; what a key is looked up by is there for each of them. */
async function populate(postgres: Postgres, database: string, rows: number): Promise<void> {
  await postgres.query(
    database,
    `insert into agents (name, description, api_key, spiffe_id)
     select 'Sleeper' || n, '', 'moltbook_sk_' || substr(md5('one' || n) || md5('two' || n), 1, 32),
       'spiffe://${TRUST_DOMAIN}/agent/Sleeper' || n
     from generate_series(1, ${Math.trunc(rows)}) n;
     analyze agents`,
  );
}
