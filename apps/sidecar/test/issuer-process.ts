import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { issuerAdministration } from '@blastradius/contracts';
import type { Postgres } from '@blastradius/testkit';
import { TRUST_DOMAIN } from './in-test-issuer.ts';

/** The built issuer, as a process: apps never import apps, tests of theirs neither. */
export interface IssuerProcess {
  readonly url: string;
  readonly ledgerFile: string;
  order(method: 'GET' | 'POST' | 'PUT', path: string, body: object): Promise<unknown>;
  mintJoinToken(node: string): Promise<{ joinToken: string; bootstrapBundle: string }>;
  kill(): Promise<void>;
}

/** What issuers of one trust domain share. */
export async function issuerEnvironment(postgres: Postgres): Promise<Record<string, string>> {
  return {
    TRUST_DOMAIN,
    DATABASE_URL: await postgres.createDatabase(`sidecar_${process.pid}_${Date.now()}`),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    X509_SVID_TTL_SECONDS: '6',
    AUTHORITY_TTL_SECONDS: '3600',
    AUTHORITY_ROTATION_SECONDS: '600',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '1',
    BUNDLE_REFRESH_HINT_SECONDS: '0.5',
  };
}

export async function startIssuerProcess(shared: Record<string, string>): Promise<IssuerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'issuer-'));
  const socketPath = join(folder, 'admin.sock');
  const ledgerFile = join(folder, 'issuer.jsonl');
  const main = fileURLToPath(new URL('../../issuer/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...shared, ADMIN_SOCKET: socketPath, LEDGER_FILE: ledgerFile },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url } = JSON.parse(line);
  const order: IssuerProcess['order'] = (method, path, body) =>
    adminRequest({ socketPath, method, path }, body);
  return {
    url,
    ledgerFile,
    order,
    mintJoinToken: async (node) => {
      const answer = await order('POST', '/admin/join-tokens', { node, ttlSeconds: 60 });
      const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(answer);
      return { joinToken, bootstrapBundle: bundle.x509Authorities.join(',') };
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function adminRequest(
  options: { socketPath: string; method: string; path: string },
  body: object,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const call = request({ ...options, headers: { 'content-type': 'application/json' } }, async (answer) => {
    let text = '';
    for await (const chunk of answer) text += chunk;
    if (answer.statusCode === 200) resolve(JSON.parse(text));
    else reject(new Error(`${options.path} answered ${answer.statusCode}: ${text}`));
  });
  call.on('error', reject);
  call.end(options.method === 'GET' ? undefined : JSON.stringify(body));
  return promise;
}
