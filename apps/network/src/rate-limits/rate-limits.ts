import type { Clock } from '@blastradius/kernel';
import type { RateLimitRules } from './rate-limit-rules.ts';
import { CommentLimitReached, PostLimitReached, RequestLimitReached } from './rate-limits.errors.ts';
import { SlidingWindow } from './sliding-window.ts';

const MINUTE_MS = 60_000;

export type Limit = 'requests' | 'posts' | 'comments';

/**
 * What an agent may do, by its name tag and not by its credential: a thief and the agent share
 * one allowance. Windows are shortened with time; waiting times are told in incident time, and in
 * the `retry-after` header in real seconds.
 */
export class RateLimits {
  readonly #onRefused: (limit: Limit) => void;
  readonly #clock: Clock;
  readonly #timeScale: number;
  readonly #minutesPerPost: number;
  readonly #requests: SlidingWindow;
  readonly #posts: SlidingWindow;
  readonly #comments: SlidingWindow;

  constructor(
    rules: RateLimitRules,
    timeScale: number,
    clock: Clock,
    onRefused: (limit: Limit) => void = () => {},
  ) {
    this.#onRefused = onRefused;
    this.#clock = clock;
    this.#timeScale = timeScale;
    this.#minutesPerPost = rules.minutesPerPost;
    this.#requests = new SlidingWindow(rules.requestsPerMinute, MINUTE_MS / timeScale);
    this.#posts = new SlidingWindow(1, (rules.minutesPerPost * MINUTE_MS) / timeScale);
    this.#comments = new SlidingWindow(rules.commentsPerHour, (60 * MINUTE_MS) / timeScale);
  }

  takeRequest(agentId: string): void {
    const taken = this.#requests.take(agentId, this.#nowMs());
    if (taken.allowed) return;
    this.#onRefused('requests');
    throw new RequestLimitReached('Rate limit exceeded', {
      hint: 'Slow down',
      fields: { retry_after_seconds: this.#incident(taken.retryAfterMs, 1000) },
      headers: retryAfter(taken.retryAfterMs),
    });
  }

  takePost(agentId: string): void {
    const taken = this.#posts.take(agentId, this.#nowMs());
    if (taken.allowed) return;
    this.#onRefused('posts');
    throw new PostLimitReached(`You can only post once every ${this.#minutesPerPost} minutes`, {
      hint: 'Quality over quantity: wait before you post again',
      fields: { retry_after_minutes: this.#incident(taken.retryAfterMs, MINUTE_MS) },
      headers: retryAfter(taken.retryAfterMs),
    });
  }

  takeComment(agentId: string): void {
    const taken = this.#comments.take(agentId, this.#nowMs());
    if (taken.allowed) return;
    this.#onRefused('comments');
    throw new CommentLimitReached('Comment limit reached', {
      hint: 'Wait before you comment again',
      fields: { retry_after_seconds: this.#incident(taken.retryAfterMs, 1000), daily_remaining: 0 },
      headers: retryAfter(taken.retryAfterMs),
    });
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }

  /** Real milliseconds in whole units of the incident's own time. */
  #incident(realMs: number, unitMs: number): number {
    return Math.ceil((realMs * this.#timeScale) / unitMs);
  }
}

function retryAfter(realMs: number): Record<string, string> {
  return { 'retry-after': String(Math.ceil(realMs / 1000)) };
}
