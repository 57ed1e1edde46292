import { request } from 'node:http';
import { z } from 'zod';
import { IssuerUnreachable, OrderRefused } from './issuer.errors.ts';

const ANSWER_WITHIN_MS = 10_000;

const problem = z.object({ detail: z.string() });

export interface IssuerOrder<Answer extends z.ZodType> {
  readonly adminSocket: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/admin/...` */
  readonly path: string;
  readonly body?: object;
  readonly answer: Answer;
  /** For orders that are answered when they are done. */
  readonly withinMs?: number;
}

/**
 * Asks an issuer on its operator's socket, which only the issuer's own user may open. Throws
 * `OrderRefused` with what the issuer says is wrong, and `IssuerUnreachable`.
 */
export async function askIssuer<Answer extends z.ZodType>(
  order: IssuerOrder<Answer>,
): Promise<z.infer<Answer>> {
  const { status = 0, body } = await send(order);
  if (status >= 400 && status < 500)
    throw new OrderRefused(refusalOf(body) ?? `the issuer answered ${status}`);
  try {
    if (status >= 300) throw new TypeError(`it answered ${status}: ${body.slice(0, 500)}`);
    return order.answer.parse(body === '' ? undefined : JSON.parse(body));
  } catch (cause) {
    throw unreachable(order.adminSocket, cause);
  }
}

/** The `detail` of a problem document (RFC 9457, section 3). */
function refusalOf(body: string): string | undefined {
  try {
    return problem.parse(JSON.parse(body)).detail;
  } catch {
    return undefined;
  }
}

function unreachable(adminSocket: string, cause: unknown): IssuerUnreachable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IssuerUnreachable(`no issuer answers its operator at ${adminSocket}: ${reason}`, { cause });
}

async function send<Answer extends z.ZodType>(
  order: IssuerOrder<Answer>,
): Promise<{ status: number | undefined; body: string }> {
  const { adminSocket: socketPath, method, path, withinMs = ANSWER_WITHIN_MS } = order;
  const text = order.body === undefined ? '' : JSON.stringify(order.body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const signal = AbortSignal.timeout(withinMs);
  const call = request({ socketPath, method, path, headers, signal }, (answer) => {
    answer
      .toArray()
      .then(
        (chunks) => resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }),
        reject,
      );
  });
  call.on('error', reject);
  call.end(text);
  return promise.catch((cause) => {
    throw unreachable(socketPath, cause);
  });
}
