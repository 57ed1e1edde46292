import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { createCsr, generateP256KeyPair } from '@blastradius/pki';
import {
  authorityKeyIdOf,
  authorizeAny,
  certificatesFromPem,
  certificatesToPem,
  createWorkloadApiClient,
  createX509Source,
  mtlsServerOptions,
  protectServer,
  verifyJwtSvid,
  verifyWitSvid,
  type WitBundleSet,
  type WorkloadApiClient,
  type X509Source,
  type X509Svid,
} from '@blastradius/spiffe';
import { freePort, type Postgres, startAppProcess, startPostgres } from '@blastradius/testkit';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TRUST_DOMAIN } from './in-test-issuer.ts';
import { type IssuerProcess, issuerEnvironment, startIssuerProcess } from './issuer-process.ts';
import { keepShowing, type Verifier } from './revocation-verifiers.ts';

const HINT_SECONDS = 1;
/** A poll takes its time, and so does this machine. */
const POLL_MARGIN_MS = 1500;
const AUDIENCE = 'network';
const idOf = (name: string) => `spiffe://${TRUST_DOMAIN}/${name}`;
const dist = (app: string) => fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));

let postgres: Postgres;
let issuer: IssuerProcess;
let client: WorkloadApiClient;
let source: X509Source;
const folder = mkdtempSync(join(tmpdir(), 'rv-'));
const socketPath = join(folder, 'api.sock');
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  const shared = await issuerEnvironment(postgres);
  issuer = await startIssuerProcess({
    ...shared,
    X509_SVID_TTL_SECONDS: '120',
    BUNDLE_REFRESH_HINT_SECONDS: String(HINT_SECONDS),
  });
  closers.push(() => issuer.kill());
  const selectors = [`unix:uid:${process.getuid?.()}`];
  const policies = ['network', 'agent/a'].map((name) => ({
    id: name.replace('/', '-'),
    selectors,
    spiffeId: `spiffe://{trustDomain}/${name}`,
  }));
  const files = {
    id: 'files',
    selectors: ['file-output:files'],
    spiffeId: 'spiffe://{trustDomain}/agent/files',
  };
  await issuer.order('PUT', '/admin/policies', { policies: [...policies, files] });
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await postgres?.stop();
});

/** A thief's copy: it is not replaced when the key that signed it is tainted. */
interface Copy {
  readonly svid: X509Svid;
  readonly tls: { readonly cert: string; readonly key: string };
}
const copyOf = (svid: X509Svid): Copy => ({
  svid,
  tls: {
    cert: certificatesToPem(svid.certificates),
    key: svid.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  },
});

async function startHost(egressPort: number, upstream: string) {
  const { joinToken, bootstrapBundle } = await issuer.mintJoinToken('host-1');
  mkdirSync(join(folder, 'files'), { mode: 0o700 });
  const outputs = join(folder, 'outputs.json');
  writeFileSync(outputs, JSON.stringify({ outputs: [{ name: 'files', directory: join(folder, 'files') }] }));
  const sidecar = await startAppProcess(dist('sidecar'), {
    ISSUER_URL: issuer.url,
    TRUST_DOMAIN,
    JOIN_TOKEN: joinToken,
    BOOTSTRAP_BUNDLE: bootstrapBundle,
    WORKLOAD_API_SOCKET: socketPath,
    WIT_SVIDS: 'on',
    EGRESS_PORT: String(egressPort),
    EGRESS_UPSTREAM_URL: upstream,
    EGRESS_UPSTREAM_SPIFFE_ID: idOf('network'),
    FILE_OUTPUTS_FILE: outputs,
    LOG_LEVEL: 'error',
  });
  closers.push(() => sidecar.kill());
  client = createWorkloadApiClient({ socketPath });
  source = await createX509Source({ socketPath, timeoutMs: 30_000 });
  closers.push(() => source.close());
}

async function startNetwork(): Promise<string> {
  const network = await startAppProcess(dist('network'), {
    ARM: 'x509-svid',
    TRUST_DOMAIN,
    DATABASE_URL: await postgres.createDatabase(`network_${process.pid}`),
    SPIFFE_ENDPOINT_SOCKET: `unix://${socketPath}`,
    LEDGER_FILE: join(folder, 'audit.jsonl'),
    CHECKPOINT_FILE: join(folder, 'checkpoints.jsonl'),
    OPERATOR_SOCKET: join(folder, 'operator.sock'),
    RATE_LIMITS: JSON.stringify({ requestsPerMinute: 100_000 }),
    LOG_LEVEL: 'error',
  });
  closers.push(() => network.kill());
  return network.url;
}

/** By which keys what honest holders have is signed now: X509-SVIDs, the files, JWT-SVIDs, WIT-SVIDs. */
async function signersOfAll(): Promise<string[]> {
  const kidOf = (token: string) =>
    String(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid);
  const [inFile] = certificatesFromPem(readFileSync(join(folder, 'files', 'svid.pem'), 'utf8'));
  const leaves = [...source.svids().map(({ certificates }) => certificates[0]), inFile];
  const x509 = new Set(leaves.map((leaf) => authorityKeyIdOf(leaf ?? new Uint8Array())));
  const jwt = await client.fetchJwtSvids({ audience: [AUDIENCE] });
  const wit = await client.fetchWitSvids();
  return [...x509, ...new Set([...jwt, ...wit].map(({ token }) => kidOf(token)))].map(String);
}

async function currentKeyIds(): Promise<string[]> {
  const answer = await issuer.order('GET', '/admin/authorities', {});
  const { authorities } = issuerAdministration.authoritiesAnswer.parse(answer);
  const current = authorities.filter(({ kind, state }) => state === 'current' && kind !== 'access-token');
  return current.map(({ keyId }) => keyId);
}

/** One request; on a connection that stands, where `agent` keeps it. Rejects where it is refused. */
async function ask(url: string, agent: HttpsAgent, options: { method?: string; body?: object } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/json' };
  const call = httpsRequest(url, { agent, method: options.method ?? 'GET', headers }, async (answer) => {
    const text = Buffer.concat(await answer.toArray()).toString();
    if ((answer.statusCode ?? 0) < 300) resolve(text);
    else reject(new Error(`${url} answered ${answer.statusCode}: ${text}`));
  });
  call.on('error', reject);
  call.end(options.body && JSON.stringify(options.body));
  return promise;
}

const agentOf = (tls: object, keepAlive: boolean): HttpsAgent => {
  // The servers' own SVIDs follow the rotation; what is measured here is whether they take ours.
  const agent = new HttpsAgent({ ...tls, rejectUnauthorized: false, keepAlive, maxSockets: 1 });
  closers.push(() => agent.destroy());
  return agent;
};

/** The issuer's own caller: a sidecar that never renews. */
async function admitIdleSidecar() {
  const { joinToken } = await issuer.mintJoinToken('idle');
  const keys = await generateP256KeyPair();
  const csr = Buffer.from(createCsr({ spiffeId: idOf('sidecar'), ...keys })).toString('base64');
  const body = { joinToken, csr };
  const url = `${issuer.url}/v1/attest/join-token`;
  const answer = await ask(url, agentOf({}, false), { method: 'POST', body });
  const { svid } = issuance.joinTokenAnswer.parse(JSON.parse(answer));
  return {
    cert: certificatesToPem(svid.certificateChain.map((der) => Buffer.from(der, 'base64'))),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A server of somebody who uses our library. */
async function startLibraryServer(): Promise<string> {
  const server = createServer(mtlsServerOptions, (_request, response) => response.end('{}'));
  server.keepAliveTimeout = 60_000;
  closers.push(() => server.close());
  protectServer(server, { source, authorize: authorizeAny(), spiffeId: idOf('network') });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that goes on showing a copy, for who verifies servers. */
async function startImpostor(): Promise<{ port: number; show: (copy: Copy) => void }> {
  const server = createServer({ requestCert: true, rejectUnauthorized: false }, (_request, response) => {
    response.end('{}');
  });
  server.keepAliveTimeout = 60_000;
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, show: ({ tls }) => server.setSecureContext(tls) };
}

async function verifiersOf(egressPort: number, networkUrl: string): Promise<Record<string, Verifier>> {
  const agent = copyOf(source.svid(idOf('agent/a')));
  const { token: jwt } = await client.fetchJwtSvid({ audience: [AUDIENCE] });
  const [wit] = await client.fetchWitSvids();
  const idle = await admitIdleSidecar();
  const libraryUrl = await startLibraryServer();
  let witBundles: WitBundleSet | undefined;
  closers.push(
    client.watchWitBundles({
      onUpdate: (bundles) => {
        witBundles = bundles;
      },
      onError: () => {},
    }),
  );
  const [authority] = source.bundles().get(TRUST_DOMAIN)?.authorities ?? [];
  const authorityPem = certificatesToPem([authority ?? new Uint8Array()]).trim();
  const name = 'Revoked';
  await ask(`${networkUrl}/api/v1/agents/register`, agentOf(agent.tls, false), {
    method: 'POST',
    body: { name, description: 'Has an identity' },
  });
  const kept = (url: string, tls: object) => {
    const standing = agentOf(tls, true);
    return () => ask(url, standing);
  };
  const anew = (url: string, tls: object) => {
    const fresh = agentOf(tls, false);
    return () => ask(url, fresh);
  };
  return {
    'issuer, standing connection': kept(`${issuer.url}/v1/bundle`, idle),
    'issuer, new connections': anew(`${issuer.url}/v1/bundle`, idle),
    'network, standing connection': kept(`${networkUrl}/api/v1/agents/me`, agent.tls),
    'network, new connections': anew(`${networkUrl}/api/v1/agents/me`, agent.tls),
    'library server, standing connection': kept(libraryUrl, agent.tls),
    'library server, new connections': anew(libraryUrl, agent.tls),
    ValidateJWTSVID: () => client.validateJwtSvid({ token: jwt, audience: AUDIENCE }),
    'library, JWT-SVID': async () =>
      verifyJwtSvid(jwt, { audience: [AUDIENCE], bundles: await client.fetchJwtBundles(), now: new Date() }),
    'library, WIT-SVID': () => {
      if (witBundles === undefined || wit === undefined) throw new Error('no bundle yet');
      return verifyWitSvid(wit.token, { bundles: witBundles, now: new Date() });
    },
    'egress proxy, of its upstream': async () => {
      const { statusCode, body } = await request(`http://127.0.0.1:${egressPort}/`);
      await body.dump();
      if (statusCode !== 200) throw new Error(`the proxy answered ${statusCode}`);
    },
    'files, bundle': async () => {
      const bundle = readFileSync(join(folder, 'files', 'bundle.pem'), 'utf8');
      if (!bundle.includes(authorityPem)) throw new Error('the authority is gone');
    },
  };
}

describe('a credential whose key is revoked', () => {
  it('is taken by no verifier after the refresh hint, and by all of them until then; honest ones always', async () => {
    const egressPort = await freePort();
    const impostor = await startImpostor();
    await startHost(egressPort, `https://localhost:${impostor.port}`);
    impostor.show(copyOf(source.svid(idOf('network'))));
    const networkUrl = await startNetwork();
    const verifiers = await verifiersOf(egressPort, networkUrl);
    const stolen = Object.entries(verifiers).map(([name, verifier]) => ({ name, ...keepShowing(verifier) }));
    const honest = keepShowing(async () => {
      const { tls } = copyOf(source.svid(idOf('agent/a')));
      const { token } = await client.fetchJwtSvid({ audience: [AUDIENCE] });
      await client.validateJwtSvid({ token, audience: AUDIENCE });
      await ask(`${networkUrl}/api/v1/agents/me`, agentOf(tls, false));
    });
    await wait(1000);
    await issuer.order('POST', '/admin/authority/rotate', { step: 'forced', publishSeconds: 2 });

    // Control: tainted, and twice as old as a revocation may be, it is still taken everywhere.
    const taintedAtMs = Date.now();
    await wait(2 * (HINT_SECONDS * 1000 + POLL_MARGIN_MS));
    for (const { name, now } of stolen) {
      expect(now().lastAcceptedAtMs, name).toBeGreaterThan(
        taintedAtMs + HINT_SECONDS * 1000 + POLL_MARGIN_MS,
      );
      expect(now().refused, name).toBe(0);
    }

    // What honest holders have was replaced meanwhile, of every kind.
    await expect.poll(() => signersOfAll(), { timeout: 20_000 }).toEqual(await currentKeyIds());

    const revokedAtMs = Date.now();
    await issuer.order('POST', '/admin/authority/rotate', { step: 'revoke' });
    await wait(2 * (HINT_SECONDS * 1000 + POLL_MARGIN_MS));
    const figures = await Promise.all(
      stolen.map(async ({ name, stop }) => {
        const { lastAcceptedAtMs, refused } = await stop();
        return { name, lastAcceptedAfterMs: Math.max(0, lastAcceptedAtMs - revokedAtMs), refused };
      }),
    );
    process.stdout.write(
      `${figures.map(({ name, lastAcceptedAfterMs }) => `${name}: last taken ${lastAcceptedAfterMs} ms after the order`).join('\n')}\n`,
    );
    for (const { name, lastAcceptedAfterMs, refused } of figures) {
      expect(lastAcceptedAfterMs, name).toBeLessThan(HINT_SECONDS * 1000 + POLL_MARGIN_MS);
      expect(refused, name).toBeGreaterThan(0);
    }
    expect((await honest.stop()).refused).toBe(0);
  });
});
