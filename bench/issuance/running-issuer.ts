import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as adminRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuance, issuerAdministration } from '../../packages/contracts/src/index.ts';
import { createCsr, generateP256KeyPair } from '../../packages/pki/src/index.ts';
import { certificatesToPem } from '../../packages/spiffe/src/index.ts';
import { startAppProcess, startEmbeddedPostgres } from '../../packages/testkit/src/index.ts';
import { startedBy } from '../harness/cpu-time.ts';

const trustDomain = 'moltbook.test';

/** An issuer as it runs anywhere: a process of its own, PostgreSQL, TLS, its ledger on the disk. */
export interface RunningIssuer {
  /** Those whose CPU time its issuance costs. */
  readonly issuerPids: readonly number[];
  readonly databasePids: readonly number[];
  /** Sends what was prepared, on one of the connections of one sidecar; resolves once the answer is read. */
  send(batch: PreparedBatch): Promise<void>;
  stop(): Promise<void>;
}

/** A request that is ready to go out, so that no client's work is counted. */
export interface PreparedBatch {
  readonly body: string;
}

/** One call of a sidecar for all agents of a host: the policy grants each host `batchSize` identities. */
export function prepareBatch(host: number, csrs: readonly string[]): PreparedBatch {
  const requests = csrs.map((csr, index) => ({
    spiffeId: `spiffe://${trustDomain}/agent/host-${host}/agent-${index}`,
    csr,
  }));
  return { body: JSON.stringify({ selectors: [`docker:label:host:host-${host}`], requests }) };
}

export async function startIssuer(batchSize: number, connections: number): Promise<RunningIssuer> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-issuer-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const database = await startedBy(startEmbeddedPostgres);
  started.defer(() => database.result.stop());
  const adminSocket = join(folder, 'admin.sock');
  const environment = {
    ...settings(folder, adminSocket),
    DATABASE_URL: await database.result.createDatabase('issuer'),
  };
  const entry = join(import.meta.dirname, '../../apps/issuer/dist/main.js');
  const issuer = await startedBy(() => startAppProcess(entry, environment));
  started.defer(async () => void (await issuer.result.stop()));
  await administer(adminSocket, 'PUT', '/admin/policies', { policies: [policy(batchSize)] });
  const agent = await admitSidecar(issuer.result.url, adminSocket, connections);
  started.defer(() => agent.destroy());
  const running = started.move();
  return {
    issuerPids: issuer.pids,
    databasePids: database.pids,
    send: async ({ body }) => {
      await post(new URL('/v1/x509-svids', issuer.result.url), agent, body);
    },
    stop: () => running.disposeAsync(),
  };
}

function settings(folder: string, adminSocket: string): Record<string, string> {
  return {
    PORT: '0',
    TRUST_DOMAIN: trustDomain,
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_SOCKET: adminSocket,
    X509_SVID_TTL_SECONDS: '3600',
    AUTHORITY_TTL_SECONDS: '86400',
    AUTHORITY_ROTATION_SECONDS: '43200',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '60',
    BUNDLE_REFRESH_HINT_SECONDS: '60',
    LEDGER_FILE: join(folder, 'issuer.jsonl'),
  };
}

function policy(batchSize: number) {
  return {
    id: 'hosted-agents',
    selectors: ['docker:label:host:{host}'],
    spiffeId: 'spiffe://{trustDomain}/agent/{host}/{instance}',
    instances: Array.from({ length: batchSize }, (_, index) => `agent-${index}`),
  };
}

/** A sidecar's SVID by join token, and its connections, which are kept open. */
async function admitSidecar(url: string, adminSocket: string, connections: number): Promise<Agent> {
  const order = { node: 'bench', ttlSeconds: 60 };
  const minted = await administer(adminSocket, 'POST', '/admin/join-tokens', order);
  const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(minted);
  const ca = certificatesToPem(bundle.x509Authorities.map((der) => Buffer.from(der, 'base64')));
  const keys = await generateP256KeyPair();
  const spiffeId = `spiffe://${trustDomain}/sidecar/bench`;
  const csr = Buffer.from(createCsr({ spiffeId, ...keys })).toString('base64');
  const stranger = new Agent({ ca });
  const attest = new URL('/v1/attest/join-token', url);
  const answer = await post(attest, stranger, JSON.stringify({ joinToken, csr }));
  const { svid } = issuance.joinTokenAnswer.parse(JSON.parse(answer));
  const cert = certificatesToPem(svid.certificateChain.map((der) => Buffer.from(der, 'base64')));
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return new Agent({ ca, cert, key, keepAlive: true, maxSockets: connections });
}

function post(url: URL, agent: Agent, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const call = request(url, { method: 'POST', agent, headers }, async (answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('latin1');
    if (answer.statusCode !== 200 || text.includes('"refused"')) {
      reject(new Error(`the issuer answered ${answer.statusCode}: ${text.slice(0, 300)}`));
    }
    resolve(text);
  });
  call.on('error', reject);
  call.end(body);
  return promise;
}

function administer(socketPath: string, method: string, path: string, body: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const headers = { 'content-type': 'application/json' };
  const call = adminRequest({ socketPath, method, path, headers }, async (answer) => {
    let text = '';
    for await (const chunk of answer) text += chunk;
    if ((answer.statusCode ?? 500) >= 300) reject(new Error(`the issuer answered ${text.slice(0, 300)}`));
    else resolve(text === '' ? undefined : JSON.parse(text));
  });
  call.on('error', reject);
  call.end(JSON.stringify(body));
  return promise;
}
