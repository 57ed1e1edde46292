import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

export interface Token {
  readonly id: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly path: string;
  readonly createdAtMs: number;
  readonly ttlSeconds: number;
  /** Counted from the creation; a renewal never leads beyond. */
  readonly maxTtlSeconds: number;
  /** Null for root: it never ends. */
  endsAtMs: number | null;
}

/** Service tokens and their leases. */
export class Tokens {
  readonly #tokens = new Map<string, Token>();
  readonly #now: () => Date;

  constructor(rootToken: string, now: () => Date) {
    this.#now = now;
    this.#tokens.set(rootToken, {
      id: rootToken,
      accessor: randomUUID(),
      policies: ['root'],
      metadata: {},
      path: 'auth/token/root',
      createdAtMs: now().getTime(),
      ttlSeconds: 0,
      maxTtlSeconds: 0,
      endsAtMs: null,
    });
  }

  issue(of: Pick<Token, 'policies' | 'metadata' | 'path' | 'ttlSeconds' | 'maxTtlSeconds'>): Token {
    const createdAtMs = this.#now().getTime();
    const token: Token = {
      ...of,
      id: `hvs.${randomBytes(24).toString('base64url')}`,
      accessor: randomBytes(18).toString('base64url'),
      createdAtMs,
      endsAtMs: createdAtMs + of.ttlSeconds * 1000,
    };
    this.#tokens.set(token.id, token);
    return token;
  }

  find(id: string | undefined): Token | undefined {
    const token = id === undefined ? undefined : this.#tokens.get(id);
    if (!token || !timingSafeEqual(Buffer.from(token.id), Buffer.from(id ?? ''))) return undefined;
    if (token.endsAtMs === null || token.endsAtMs > this.#now().getTime()) return token;
    this.#tokens.delete(token.id);
    return undefined;
  }

  /** From now, and never beyond the longest life that the role allows. */
  renew(token: Token, seconds = token.ttlSeconds): Token {
    const latest = token.createdAtMs + token.maxTtlSeconds * 1000;
    token.endsAtMs = Math.min(this.#now().getTime() + seconds * 1000, latest);
    return token;
  }

  revoke(id: string): void {
    this.#tokens.delete(id);
  }

  secondsLeft({ endsAtMs }: Token): number {
    return endsAtMs === null ? 0 : Math.max(0, Math.round((endsAtMs - this.#now().getTime()) / 1000));
  }
}
