import type { Clock } from '@blastradius/kernel';
import type { JwtSvid } from '../jwt-svid/jwt-svid.ts';
import { audiencesOf, type JwtSvidRequest } from '../workload-api/jwt-svids.ts';
import { WorkloadApiCallFailed } from '../workload-api/workload-api-client.errors.ts';

interface HeldToken {
  readonly svid: JwtSvid;
  readonly keptAt: Date;
  readonly renewAt: Date;
}

/** A caller that makes up audiences must not fill the memory. */
const TOKENS_MAX = 1000;

/** Keeps each token until half of its life is over; callers who ask at once share one request. */
export class JwtSvidCache {
  readonly #fetch: (request: JwtSvidRequest) => Promise<JwtSvid>;
  readonly #clock: Clock;
  /** The least recently fetched first. */
  readonly #held = new Map<string, HeldToken>();
  readonly #underWay = new Map<string, Promise<JwtSvid>>();

  constructor(fetch: (request: JwtSvidRequest) => Promise<JwtSvid>, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  async get(request: JwtSvidRequest): Promise<JwtSvid> {
    const key = keyOf(request);
    const held = this.#held.get(key);
    if (held !== undefined && isFresh(held, this.#clock.now())) return held.svid;
    const underWay = this.#underWay.get(key) ?? this.#renew(key, request);
    this.#underWay.set(key, underWay);
    try {
      return await underWay;
    } catch (error) {
      const { svid } = held ?? {};
      if (svid !== undefined && mayPass(error) && this.#clock.now() < svid.expiresAt) return svid;
      throw error;
    }
  }

  /** Forgets the others, also for when no new one can be had. */
  retain(isFit: (svid: JwtSvid) => boolean): void {
    for (const [key, { svid }] of this.#held) if (!isFit(svid)) this.#held.delete(key);
  }

  async #renew(key: string, request: JwtSvidRequest): Promise<JwtSvid> {
    try {
      const svid = await this.#fetch(request);
      this.#keep(key, svid);
      return svid;
    } catch (error) {
      if (!mayPass(error)) this.#held.delete(key);
      throw error;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #keep(key: string, svid: JwtSvid): void {
    const now = this.#clock.now();
    // Half of its life from now at the latest: its own times may be those of a clock that runs ahead.
    const from = svid.issuedAt ?? now;
    const half = (svid.expiresAt.getTime() - from.getTime()) / 2;
    const renewAt = new Date(Math.min(from.getTime(), now.getTime()) + half);
    this.#held.delete(key);
    this.#held.set(key, { svid, keptAt: now, renewAt });
    const [oldest] = this.#held.keys();
    if (this.#held.size > TOKENS_MAX && oldest !== undefined) this.#held.delete(oldest);
  }
}

/** By a clock that was set back nobody can tell how much of a token's life has gone. */
function isFresh({ keptAt, renewAt }: HeldToken, now: Date): boolean {
  return keptAt <= now && now < renewAt;
}

/** Whoever is told that they may not have the identity must not go on with it. */
function mayPass(error: unknown): boolean {
  return error instanceof WorkloadApiCallFailed && error.category === 'unavailable';
}

function keyOf(request: JwtSvidRequest): string {
  return JSON.stringify([request.spiffeId ?? '', ...audiencesOf(request)]);
}
