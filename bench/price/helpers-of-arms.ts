import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { TrustDomain } from '../../apps/network/test/start-trust-domain.ts';

/** What an arm's network needs beside it. Neither has a part in a request that is measured. */
export interface Helper extends AsyncDisposable {
  /** For the network. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The issuer's side of access tokens: its metadata (RFC 8414) and its keys, which the network reads now and then.
 * The tokens themselves are minted by the bench.
 */
export async function startTokenIssuer(domain: TrustDomain): Promise<Helper & { readonly issuer: string }> {
  const { cert, key } = await domain.issue('/issuer', { lifetimeMs: 3_600_000 });
  const { keyId, publicKey } = domain.tokenAuthority;
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: keyId, use: 'jwt-svid' }] };
  const server = createTlsServer({ cert, key }, (request, response) => {
    const metadata = { issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(request.url === '/keys' ? jwks : metadata));
  });
  const issuer = `https://127.0.0.1:${await listening(server)}`;
  return { issuer, env: { TOKEN_ISSUER: issuer }, [Symbol.asyncDispose]: () => closed(server) };
}

/** Takes what it is given: the network writes each key to it when an account is opened, and never reads it. */
export async function startKeyStore(folder: string): Promise<Helper> {
  const roleFile = join(folder, 'approle.json');
  writeFileSync(roleFile, JSON.stringify({ role_id: 'network', secret_id: 'of the bench' }), { mode: 0o600 });
  const server = createServer((request, response) => {
    const isLogin = request.url === '/v1/auth/approle/login';
    request.resume();
    response.end(JSON.stringify(isLogin ? { auth: { client_token: 'of the bench' } } : {}));
  });
  const port = await listening(server);
  const env = { VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_APPROLE_FILE: roleFile };
  return { env, [Symbol.asyncDispose]: () => closed(server) };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>) {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
