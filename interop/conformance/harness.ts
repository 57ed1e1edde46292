import { once } from 'node:events';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { connect, createServer } from 'node:tls';
import {
  authorizeAny,
  createJwtSource,
  createWorkloadApiClient,
  createX509Source,
  mtlsClientOptions,
  mtlsServerOptions,
  protectServer,
  verifyTlsPeer,
} from '../../packages/spiffe/src/index.ts';
import { createControlPort } from './control-port.ts';

/**
 * Shows the SPIFFE Conformance Test Suite what `packages/spiffe` does, by the suite's harness contract, version
 * 1. It decides nothing itself: each answer is the library's.
 */
const READY_MS_MAX = 120_000;

async function main(): Promise<void> {
  const source = await createX509Source({ timeoutMs: READY_MS_MAX });
  const client = createWorkloadApiClient();
  // Tests of X.509 alone have no JWT bundles: who validates a token waits for them, nobody else does.
  const tokens = createJwtSource({ timeoutMs: READY_MS_MAX });
  tokens.catch((error: unknown) => process.stderr.write(`no JWT bundles: ${error}\n`));
  const mtls = { source, authorize: authorizeAny() };

  const x509 = createServer(mtlsServerOptions, (socket) => {
    socket.on('error', () => {});
    socket.end(`${verifyTlsPeer(socket, mtls).spiffeId}\n`);
  });
  protectServer(x509, mtls);
  const control = createControlPort({
    'POST /v1/jwt/validate': async ({ token, audience }) => {
      const svid = await (await tokens).verify(String(token), String(audience));
      return { status: 'ok', spiffe_id: `${svid.spiffeId}`, claims: svid.claims };
    },
    'POST /v1/jwt/fetch': async ({ audience, spiffe_id }) => {
      const spiffeId = typeof spiffe_id === 'string' && spiffe_id !== '' ? { spiffeId: spiffe_id } : {};
      const svids = await client.fetchJwtSvids({ audience: audience as readonly string[], ...spiffeId });
      const shown = svids.map((svid) => ({
        spiffe_id: `${svid.spiffeId}`,
        token: svid.token,
        hint: svid.hint ?? '',
      }));
      return { status: 'ok', svids: shown };
    },
    'POST /v1/x509/dial': async ({ address }) => {
      const { hostname, port } = new URL(`tls://${address}`);
      const socket = connect({ host: hostname, port: Number(port), ...mtlsClientOptions(mtls) });
      socket.on('error', () => {});
      try {
        await once(socket, 'secureConnect');
        const { spiffeId } = verifyTlsPeer(socket, mtls);
        // The server has not seen our certificate yet: a connection that is ended, not cut, still shows it.
        socket.end();
        return { status: 'ok', spiffe_id: `${spiffeId}` };
      } catch (error) {
        socket.destroy();
        throw error;
      }
    },
    'GET /v1/info': async () => ({ status: 'ok', sdk: '@blastradius/spiffe', language: 'typescript' }),
  });

  process.stdout.write(
    `SPIFFE_HARNESS_VERSION=1\nSPIFFE_X509_PORT=${await listen(x509)}\nSPIFFE_CONTROL_PORT=${await listen(control)}\nREADY\n`,
  );
}

async function listen(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.once('SIGTERM', () => process.exit(0));
await main();
