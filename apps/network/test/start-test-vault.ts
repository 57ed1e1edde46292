import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestVault {
  readonly url: string;
  close(): Promise<void>;
}

/** As much of a vault as the network and its agents ask for: a login, and secrets of KV v2 of which the last version is read. */
export async function startTestVault(): Promise<TestVault> {
  const secrets = new Map<string, { fields: unknown; version: number }>();
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: object }> => {
    const path = request.url ?? '';
    if (path === '/v1/auth/approle/login') return { status: 200, body: { auth: { client_token: 't' } } };
    const held = secrets.get(path);
    if (request.method === 'GET') {
      if (held === undefined) return { status: 404, body: {} };
      const metadata = { version: held.version };
      return { status: 200, body: { data: { data: held.fields, metadata } } };
    }
    const { data } = JSON.parse(await textOf(request));
    const version = (held?.version ?? 0) + 1;
    secrets.set(path, { fields: data, version });
    return { status: 200, body: { data: { version } } };
  };
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.statusCode = status;
      response.end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
