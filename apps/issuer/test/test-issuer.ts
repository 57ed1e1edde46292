import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { type Clock, systemClock } from '@blastradius/kernel';
import { type LedgerRecord, readLedgers } from '@blastradius/ledger';
import { createLogger } from '@blastradius/runtime';
import type { Postgres } from '@blastradius/testkit';
import { loadConfig } from '../src/config.ts';
import { startIssuer } from '../src/issuer.ts';
import { type Answer, csrFor, identityOf, SidecarClient, type TestIdentity } from './sidecar-client.ts';

export const trustDomain = 'moltbook.test';
let databases = 0;

export interface TestIssuer {
  readonly url: string;
  readonly environment: Record<string, string>;
  readonly ledgerFile: string;
  admin(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  mintJoinToken(node?: string, ttlSeconds?: number): Promise<{ joinToken: string; authorities: string[] }>;
  /** A client with the SVID of a sidecar that has just been admitted. */
  admitSidecar(
    node?: string,
  ): Promise<{ client: SidecarClient; identity: TestIdentity; authorities: string[] }>;
  client(authorities: readonly string[], identity?: TestIdentity): SidecarClient;
  ledger(): LedgerRecord[];
  close(): Promise<void>;
}

export async function newEnvironment(
  postgres: Postgres,
  changes: Record<string, string> = {},
): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'issuer-test-'));
  databases += 1;
  return {
    PORT: '0',
    TRUST_DOMAIN: trustDomain,
    DATABASE_URL: await postgres.createDatabase(`issuer_${process.pid}_${databases}`),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_SOCKET: join(folder, 'admin.sock'),
    X509_SVID_TTL_SECONDS: '60',
    AUTHORITY_TTL_SECONDS: '3600',
    AUTHORITY_ROTATION_SECONDS: '600',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '1',
    BUNDLE_REFRESH_HINT_SECONDS: '1',
    // The clocks of tests are their own.
    CLOCK_DIFFERENCE_SECONDS_MAX: '1000000000',
    LEDGER_FILE: join(folder, 'issuer.jsonl'),
    ...changes,
  };
}

/** The name of its database, wherever PostgreSQL listens. */
export function databaseOf(environment: Record<string, string>): string {
  return /\/(issuer_\d+_\d+)/.exec(environment['DATABASE_URL'] ?? '')?.[1] ?? '';
}

export function adminRequest(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const call = request({ socketPath, method, path, headers }, async (answer) => {
    let text = '';
    for await (const chunk of answer) text += chunk;
    const { statusCode = 0, headers: answered } = answer;
    resolve({ status: statusCode, body: text === '' ? null : JSON.parse(text), text, headers: answered });
  });
  call.on('error', reject);
  call.end(body === undefined ? '' : JSON.stringify(body));
  return promise;
}

export async function startTestIssuer(
  environment: Record<string, string>,
  clock: Clock = systemClock,
): Promise<TestIssuer> {
  const socket = environment['ADMIN_SOCKET'] ?? '';
  const folder = join(environment['LEDGER_FILE'] ?? '', '..');
  // Issuers that share an environment share its folder; each has an audit log of its own there.
  const ledgerFile = join(folder, `issuer${socket.replaceAll('/', '-')}.jsonl`);
  const config = loadConfig({ ...environment, LEDGER_FILE: ledgerFile });
  const issuer = await startIssuer(config, clock, createLogger('issuer-test', 'fatal'));
  const clients: SidecarClient[] = [];
  const client: TestIssuer['client'] = (authorities, identity) => {
    const made = new SidecarClient(issuer.url, authorities, identity);
    clients.push(made);
    return made;
  };
  const admin: TestIssuer['admin'] = (method, path, body) => adminRequest(socket, method, path, body);
  const mintJoinToken: TestIssuer['mintJoinToken'] = async (node = 'range', ttlSeconds = 60) => {
    const answer = await admin('POST', '/admin/join-tokens', { node, ttlSeconds });
    const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(answer.body);
    return { joinToken, authorities: bundle.x509Authorities };
  };
  return {
    url: issuer.url,
    ledgerFile,
    environment,
    admin,
    mintJoinToken,
    client,
    admitSidecar: async (node = 'range') => {
      const { joinToken, authorities } = await mintJoinToken(node);
      const { csr, privateKey } = await csrFor(`spiffe://${trustDomain}/sidecar`);
      const answer = await client(authorities).post('/v1/attest/join-token', { joinToken, csr });
      const { svid } = issuance.joinTokenAnswer.parse(answer.body);
      const identity = identityOf(svid, privateKey);
      return { client: client(authorities, identity), identity, authorities };
    },
    ledger: () => readLedgers(folder),
    close: async () => {
      for (const open of clients) open.close();
      await issuer.close();
    },
  };
}

export function removeEnvironment(environment: Record<string, string>): void {
  rmSync(join(environment['LEDGER_FILE'] ?? '/nowhere/x', '..'), { recursive: true, force: true });
}
