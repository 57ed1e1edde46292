import { Agent, request } from 'undici';
import type { z } from 'zod';
import { IssuerRefused, IssuerUnavailable } from './issuer-client.errors.ts';
import { type ConnectionIdentity, issuerTlsOptions } from './issuer-tls.ts';

/** A batch of a thousand certificates takes the issuer a while; a dead issuer must not take longer. */
const ANSWER_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 3000;

/** HTTPS + JSON to the issuer, over connections that are rebuilt when SVID or bundle change. */
export class IssuerConnection {
  readonly #issuerUrl: string;
  readonly #trustDomain: string;
  #agent: Agent | undefined;

  constructor(issuerUrl: string, trustDomain: string) {
    this.#issuerUrl = issuerUrl;
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

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.#exchange('GET', path, undefined, schema);
  }

  post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
    return this.#exchange('POST', path, JSON.stringify(body), schema);
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  async #exchange<T>(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { statusCode, text } = await this.#send(method, path, body);
    if (statusCode >= 500 || statusCode === 429) {
      throw new IssuerUnavailable(`the issuer answered ${statusCode}`, { context: { path, statusCode } });
    }
    if (statusCode >= 300) {
      throw new IssuerRefused(`the issuer answered ${statusCode}`, { context: { path, statusCode } });
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new IssuerUnavailable('the issuer answered outside its contract', {
        context: { path },
        cause: error,
      });
    }
  }

  async #send(method: 'GET' | 'POST', path: string, body: string | undefined) {
    if (this.#agent === undefined) throw new IssuerUnavailable('the sidecar has no credentials yet');
    try {
      const answer = await request(new URL(path, this.#issuerUrl), {
        dispatcher: this.#agent,
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body }),
      });
      return { statusCode: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      throw new IssuerUnavailable('the issuer cannot be reached', { context: { path }, cause: error });
    }
  }
}
