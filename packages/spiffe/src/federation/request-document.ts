import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import {
  BundleEndpointAnswerInvalid,
  BundleEndpointSlow,
  BundleEndpointUnreachable,
  BundleEndpointUntrusted,
} from './federation.errors.ts';

/** How much of our time and memory a stranger's endpoint may take. */
export interface RequestLimits {
  /** From the first packet to the last byte of the document. */
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

const HEADER_BYTES_MAX = 16_384;

/**
 * One GET on a connection of its own, by TLS 1.2 or later (Mozilla's "intermediate", which the standard
 * asks for). Follows no redirect: whoever may redirect us could have us ask anyone. Throws BundleFetchFailed.
 */
export async function requestDocument(
  url: URL,
  tls: ConnectionOptions,
  limits: RequestLimits,
): Promise<Uint8Array> {
  const late = AbortSignal.timeout(limits.timeoutMs);
  const signal = limits.signal === undefined ? late : AbortSignal.any([late, limits.signal]);
  const options = { ...tls, agent: false, maxHeaderSize: HEADER_BYTES_MAX, signal } as const;
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', connection: 'close' };
  const call = request(url, { ...options, minVersion: 'TLSv1.2', rejectUnauthorized: true, headers });
  try {
    const answer = await answerTo(call);
    refuseOther(answer, limits.bodyBytesMax);
    return await readBody(answer, limits.bodyBytesMax);
  } catch (cause) {
    throw failureOf(cause, late.aborted, url);
  } finally {
    call.destroy();
  }
}

function answerTo(call: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  call.on('response', resolve);
  call.on('error', reject);
  call.end();
  return promise;
}

function refuseOther({ statusCode, headers }: IncomingMessage, bodyBytesMax: number): void {
  if (statusCode !== 200) {
    const what = statusCode !== undefined && statusCode >= 300 && statusCode < 400 ? 'a redirect, ' : '';
    throw new BundleEndpointAnswerInvalid(`the endpoint answered ${what}${statusCode}, and not 200`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new BundleEndpointAnswerInvalid('the endpoint answered in an encoding that was not asked for');
  }
  if (Number(headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge(bodyBytesMax);
}

async function readBody(answer: IncomingMessage, bodyBytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw tooLarge(bodyBytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(bodyBytesMax: number): BundleEndpointAnswerInvalid {
  return new BundleEndpointAnswerInvalid(`the endpoint's document has more than ${bodyBytesMax} bytes`);
}

function failureOf(cause: unknown, isLate: boolean, { host }: URL): Error {
  if (cause instanceof BundleEndpointAnswerInvalid) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (isLate) return new BundleEndpointSlow(`${host} did not answer in time`, { cause });
  if (isVerdict(cause)) return new BundleEndpointUntrusted(`${host} was not believed: ${reason}`, { cause });
  return new BundleEndpointUnreachable(`${host} can't be asked: ${reason}`, { cause });
}

/** What OpenSSL, Node's check of host names and our check of SVIDs say, as opposed to the network. */
function isVerdict(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (
    /^(svid|tls)\./.test(code) ||
    code === 'ERR_TLS_CERT_ALTNAME_INVALID' ||
    /CERT|UNABLE_TO_|SIGNATURE|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME/.test(code)
  );
}
