import { request } from 'node:http';
import { ComponentFailed } from '../stack.errors.ts';
import { type OperatorAnswer, order } from '../world/network-operator.ts';

const AWAY = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'];
const PATIENCE_MS = 15_000;
const PAUSE_MS = 200;

/** One JSON request to an operator's API on a Unix socket; waits for a process that is being restarted. */
export async function unixRequest(...call: Parameters<typeof requestOnce>): Promise<OperatorAnswer> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await requestOnce(...call);
    } catch (error) {
      const isAway = error instanceof Error && 'code' in error && AWAY.includes(String(error.code));
      if (!isAway || Date.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function requestOnce(
  socketPath: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
): Promise<OperatorAnswer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<OperatorAnswer>();
  const call = request(
    {
      socketPath,
      method,
      path,
      timeout: 20_000,
      headers: payload
        ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }
        : {},
    },
    async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      resolve({ status: answer.statusCode ?? 0, body: text ? JSON.parse(text) : undefined });
    },
  );
  call.on('timeout', () => call.destroy(new ComponentFailed(`${method} ${path} took too long`)));
  call.on('error', reject);
  call.end(payload);
  return promise;
}

/** As `unixRequest`, and anything but a 2xx is an error. */
export function unixOrder(
  socketPath: string,
  ...call: Parameters<typeof order> extends [unknown, ...infer Call] ? Call : never
): Promise<unknown> {
  return order((...parts) => unixRequest(socketPath, ...parts), ...call);
}
