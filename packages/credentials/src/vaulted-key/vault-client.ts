import { DomainError } from '@blastradius/kernel';
import { request } from 'undici';
import { z } from 'zod';
import type { AppRole } from './app-role.ts';

const loggedIn = z.object({ auth: z.object({ client_token: z.string() }) });
const secret = z.object({
  data: z.object({
    data: z.record(z.string(), z.string()),
    metadata: z.object({ version: z.int() }),
  }),
});

/** One version of a secret of KV v2. */
export interface VaultSecret {
  readonly fields: Readonly<Record<string, string>>;
  readonly version: number;
}

/** The vault did not answer, or not as one. */
export class VaultAway extends DomainError {
  readonly code = 'vault.away';
  readonly category = 'unavailable';
}

/** The vault said no; what is asked for may be there or not. */
export class VaultRefused extends DomainError {
  readonly code = 'vault.refused';
  readonly category = 'forbidden';
}

const ANSWER_WITHIN_MS = 5000;

/**
 * A client of Vault's HTTP API with one AppRole: KV v2 at `secret/`, nothing else. Logs in when it has no
 * token, and again, once, when the one that it has is refused: it may have come to its end.
 */
export class VaultClient {
  readonly #url: string;
  readonly #appRole: () => AppRole;
  #token: Promise<string> | undefined;

  /** `appRole` is asked at each login, so that a secret id that was replaced on disk is found. */
  constructor(url: string, appRole: () => AppRole) {
    this.#url = url.replace(/\/+$/, '');
    this.#appRole = appRole;
  }

  /** The latest version; undefined where there is none. */
  async read(path: string): Promise<VaultSecret | undefined> {
    const { status, body } = await this.#call('GET', `/v1/secret/data/${encoded(path)}`);
    if (status === 404) return undefined;
    const found = secret.safeParse(body).data;
    if (!found) throw new VaultAway(`the vault answered a read of ${path} with ${status} and no secret`);
    return { fields: found.data.data, version: found.data.metadata.version };
  }

  /** Writes a new version. */
  async write(path: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const { status } = await this.#call('POST', `/v1/secret/data/${encoded(path)}`, { data: fields });
    if (status !== 200) throw new VaultRefused(`the vault answered a write of ${path} with ${status}`);
  }

  async #call(method: 'GET' | 'POST', path: string, body?: unknown) {
    const held = this.#token;
    const first = await this.#send(method, path, body, await this.#login());
    if (first.status !== 403) return first;
    if (held === undefined) throw refusal(method, path);
    // Whoever is refused with the same token meanwhile waits for the same login.
    if (this.#token === held) this.#token = undefined;
    const second = await this.#send(method, path, body, await this.#login());
    if (second.status === 403) throw refusal(method, path);
    return second;
  }

  #login(): Promise<string> {
    this.#token ??= this.#send('POST', '/v1/auth/approle/login', this.#appRole()).then(({ status, body }) => {
      if (status !== 200) throw new VaultRefused(`the vault refused the login with ${status}`);
      return loggedIn.parse(body).auth.client_token;
    });
    const token = this.#token;
    token.catch(() => {
      if (this.#token === token) this.#token = undefined;
    });
    return token;
  }

  async #send(method: 'GET' | 'POST', path: string, body?: unknown, token?: string) {
    try {
      const answer = await request(this.#url + path, {
        method,
        headers: {
          'x-vault-request': 'true',
          ...(token === undefined ? {} : { 'x-vault-token': token }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 500) throw new TypeError(`answered with ${answer.statusCode}`);
      return { status: answer.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) };
    } catch (cause) {
      throw new VaultAway(`the vault did not answer ${method} ${path}`, { cause });
    }
  }
}

function refusal(method: string, path: string): VaultRefused {
  return new VaultRefused(`the vault refused ${method} ${path}: its policy does not allow it`);
}

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');
