import { once } from 'node:events';
import { request } from 'node:http';

/** One call to the operator's API on its Unix socket. */
export async function callOperator(socketPath: string, method: string, path: string, body?: unknown) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request({ socketPath, method, path, headers });
  sent.end(payload);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode as number, body: text === '' ? undefined : JSON.parse(text) };
}
