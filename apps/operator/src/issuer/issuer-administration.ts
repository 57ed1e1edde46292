import { type IssuancePolicy, issuerAdministration } from '@blastradius/contracts';
import { Agent, request } from 'undici';
import { IssuerAway, IssuerRefused } from '../operator.errors.ts';

const ANSWER_WITHIN_MS = 10_000;

export interface MintedJoinToken {
  readonly joinToken: string;
  /** Base64 of DER, joined by commas, as a sidecar takes it. */
  readonly bundle: string;
}

/** The issuers' API for their operator. They share one database: any of them will do, and the first that answers does. */
export class IssuerAdministration {
  readonly #doors: readonly Agent[];

  constructor(sockets: readonly string[]) {
    this.#doors = sockets.map((socketPath) => new Agent({ connect: { socketPath } }));
  }

  async replacePolicies(policies: readonly IssuancePolicy[]): Promise<void> {
    await this.#order('PUT', '/admin/policies', { policies });
  }

  async mintJoinToken(node: string, ttlSeconds: number): Promise<MintedJoinToken> {
    const answer = await this.#order('POST', '/admin/join-tokens', { node, ttlSeconds });
    const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(answer);
    return { joinToken, bundle: bundle.x509Authorities.join(',') };
  }

  async close(): Promise<void> {
    await Promise.all(this.#doors.map((door) => door.destroy()));
  }

  /** Throws `IssuerAway` when none can be reached or all are in trouble, `IssuerRefused` when one says no. */
  async #order(method: 'PUT' | 'POST', path: string, body: unknown): Promise<unknown> {
    let cause: unknown;
    for (const dispatcher of this.#doors) {
      try {
        return await order(dispatcher, { method, path, body });
      } catch (error) {
        if (error instanceof IssuerRefused) throw error;
        cause = error;
      }
    }
    throw new IssuerAway(`no issuer answered ${method} ${path}`, { cause });
  }
}

async function order(
  dispatcher: Agent,
  { method, path, body }: { method: 'PUT' | 'POST'; path: string; body: unknown },
): Promise<unknown> {
  const { statusCode, body: answer } = await request(`http://issuer${path}`, {
    dispatcher,
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const text = await answer.text();
  if (statusCode >= 200 && statusCode < 300) return JSON.parse(text);
  const message = `${method} ${path} was answered with ${statusCode}`;
  throw statusCode >= 500 ? new IssuerAway(message) : new IssuerRefused(`${message}: ${text}`);
}
