import { createHash } from 'node:crypto';
import type { SvidLifetime } from '../rotation/renewal-time.ts';

/** A JWT-SVID that may be handed out again to the callers it was minted for. */
export interface HeldToken extends SvidLifetime {
  readonly spiffeId: string;
  readonly token: string;
  readonly renewAtMs: number;
  /** Which key signed it. */
  readonly keyId: string | undefined;
}

/** Who asked for what: one token each. */
export interface TokenSubject {
  readonly selectors: readonly string[];
  readonly spiffeId: string;
  /** As a set: neither order nor repetition matters. */
  readonly audience: readonly string[];
}

const TOKENS_MAX = 4096;
/** What is longer is not worth its room; it is minted each time. */
const TOKEN_CHARACTERS_MAX = 8192;

/** The tokens that were used last, of all callers of the host; in memory only. */
export class JwtCache {
  readonly #held = new Map<string, { readonly caller: string; readonly token: HeldToken }>();

  get size(): number {
    return this.#held.size;
  }

  get(subject: TokenSubject): HeldToken | undefined {
    const key = subjectKey(subject);
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.token;
  }

  put(subject: TokenSubject, token: HeldToken): void {
    if (token.token.length > TOKEN_CHARACTERS_MAX) return;
    const key = subjectKey(subject);
    this.#held.delete(key);
    this.#held.set(key, { caller: callerKey(subject.selectors), token });
    const [oldest] = this.#held.keys();
    if (this.#held.size > TOKENS_MAX && oldest !== undefined) this.#held.delete(oldest);
  }

  /** Of these callers' tokens, keeps those that are for one of the identities. */
  retain(selectors: readonly string[], spiffeIds: ReadonlySet<string>): void {
    const caller = callerKey(selectors);
    this.#drop((held) => held.caller === caller && !spiffeIds.has(held.token.spiffeId));
  }

  dropIf(isUnfit: (token: HeldToken) => boolean): void {
    this.#drop(({ token }) => isUnfit(token));
  }

  #drop(isUnfit: (held: { readonly caller: string; readonly token: HeldToken }) => boolean): void {
    for (const [key, held] of this.#held) if (isUnfit(held)) this.#held.delete(key);
  }
}

/** Short, and no two subjects have the same. */
export function subjectKey({ selectors, spiffeId, audience }: TokenSubject): string {
  return digest([selectors, spiffeId, [...new Set(audience)].sort()]);
}

function callerKey(selectors: readonly string[]): string {
  return digest(selectors);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
