import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import { IssuerRefused, IssuerUnavailable } from './issuer-client.errors.ts';
import { type ConnectionIdentity, issuerTlsOptions } from './issuer-tls.ts';

/** A batch of a thousand certificates takes the issuer a while; a dead issuer must not take longer. */
const ANSWER_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 3000;

interface Exchange<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly schema: z.ZodType<T>;
}

/**
 * HTTPS + JSON to the issuers of the trust domain, over connections that are rebuilt when SVID or
 * bundle change. They share their state, so that one is as good as another: the one that answered last
 * is asked first, and where it can't be reached or fails, the next one is.
 */
export class IssuerConnection {
  readonly #trustDomain: string;
  #issuerUrls: readonly string[];
  #agent: Agent | undefined;

  constructor(issuerUrls: readonly string[], trustDomain: string) {
    this.#issuerUrls = issuerUrls;
    this.#trustDomain = trustDomain;
  }

  /** New requests use these credentials; those under way end on the old connections. */
  use(identity: ConnectionIdentity): void {
    const previous = this.#agent;
    this.#agent = new Agent({
      connect: { ...issuerTlsOptions(identity, this.#trustDomain), timeout: CONNECT_TIMEOUT_MS },
      // A resumed session skips checkServerIdentity.
      maxCachedSessions: 0,
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    });
    previous?.close().catch(() => {});
  }

  /** Another one to the same issuers, for one exchange under other credentials. */
  another(identity: ConnectionIdentity): IssuerConnection {
    const connection = new IssuerConnection(this.#issuerUrls, this.#trustDomain);
    connection.use(identity);
    return connection;
  }

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.#exchange({ method: 'GET', path, schema });
  }

  /** For what may be done twice: a request whose answer was lost is made again. */
  post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
    return this.#exchange({ method: 'POST', path, body: JSON.stringify(body), schema });
  }

  /**
   * For what may be sent to one issuer only, and once: the next is tried only where no connection
   * stood. Calls `onSending` when the body leaves.
   */
  postOnce<T>(path: string, body: object, schema: z.ZodType<T>, onSending: () => void): Promise<T> {
    const exchange = { method: 'POST', path, body: JSON.stringify(body), schema } as const;
    return this.#exchange(exchange, onSending);
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #exchange<T>(exchange: Exchange<T>, onSending?: () => void): Promise<T> {
    let failure: unknown;
    for (const issuerUrl of this.#issuerUrls) {
      let sent = false;
      const sending = () => {
        sent = true;
        onSending?.();
      };
      try {
        const answer = await this.#askOne(issuerUrl, exchange, onSending && sending);
        this.#askFirst(issuerUrl);
        return answer;
      } catch (error) {
        if (!(error instanceof IssuerUnavailable) || sent) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  #askFirst(issuerUrl: string): void {
    if (this.#issuerUrls[0] === issuerUrl) return;
    this.#issuerUrls = [issuerUrl, ...this.#issuerUrls.filter((url) => url !== issuerUrl)];
  }

  async #askOne<T>(issuerUrl: string, exchange: Exchange<T>, onSending?: () => void): Promise<T> {
    const { path, schema } = exchange;
    const { statusCode, text } = await this.#send(issuerUrl, exchange, onSending);
    const context = { issuerUrl, path, statusCode };
    if (statusCode >= 500 || statusCode === 429) {
      throw new IssuerUnavailable(`the issuer answered ${statusCode}`, { context });
    }
    if (statusCode >= 300) throw new IssuerRefused(`the issuer answered ${statusCode}`, { context });
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new IssuerUnavailable('the issuer answered outside its contract', { context, cause });
    }
  }

  async #send(issuerUrl: string, { method, path, body }: Exchange<unknown>, onSending?: () => void) {
    if (this.#agent === undefined) throw new IssuerUnavailable('the sidecar has no credentials yet');
    try {
      const answer = await request(new URL(path, issuerUrl), {
        dispatcher: this.#agent,
        method,
        ...(body === undefined ? {} : jsonBody(body, onSending)),
      });
      return { statusCode: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      throw new IssuerUnavailable('the issuer cannot be reached', { context: { issuerUrl, path }, cause });
    }
  }
}

/** A body that says when it is asked for: that is when a connection stands, and not before. */
function jsonBody(body: string, onSending: (() => void) | undefined) {
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  if (onSending === undefined) return { headers, body };
  async function* announced() {
    onSending?.();
    yield Buffer.from(body);
  }
  return { headers, body: Readable.from(announced()) };
}
