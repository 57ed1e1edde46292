import { request } from 'node:https';
import {
  authorizeId,
  mtlsClientOptions,
  parseSpiffeId,
  type X509Source,
} from '../../packages/spiffe/src/index.ts';
import type { RequestCounts } from './messages.ts';

const timeoutMs = 30_000;
/** Of one process: a verifier that stands still must not be given ever more. */
const underWayMax = 200;

export interface HonestRequestsOptions {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly verifierId: string;
  readonly sources: readonly X509Source[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Requests at a fixed rate, each over a connection of its own and by an identity that is drawn from all held. */
export class HonestRequests {
  readonly #options: HonestRequestsOptions;
  #timer: NodeJS.Timeout | undefined;
  #underWay = 0;
  #sent = 0;
  #accepted = 0;
  #dropped = 0;
  #failed: Record<string, number> = {};
  #latenciesMs: number[] = [];

  constructor(options: HonestRequestsOptions) {
    this.#options = options;
  }

  start(): void {
    const startedAtMs = performance.now();
    let due = 0;
    // By the clock and not by the timer: on a busy machine timers are late, and the rate stays.
    this.#timer = setInterval(() => {
      const target = ((performance.now() - startedAtMs) / 1000) * this.#options.ratePerSecond;
      for (; due < target; due++) this.#send();
    }, 20);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  forget(): void {
    this.#sent = this.#underWay;
    this.#accepted = 0;
    this.#dropped = 0;
    this.#failed = {};
    this.#latenciesMs = [];
  }

  async untilNoneUnderWay(): Promise<void> {
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  counts(): RequestCounts {
    return {
      sent: this.#sent,
      accepted: this.#accepted,
      failed: this.#failed,
      dropped: this.#dropped,
      latenciesMs: this.#latenciesMs,
    };
  }

  #send(): void {
    if (this.#underWay >= underWayMax) {
      this.#dropped += 1;
      return;
    }
    this.#sent += 1;
    this.#underWay += 1;
    const startedAtMs = performance.now();
    this.#ask().then(
      (status) => {
        this.#underWay -= 1;
        this.#latenciesMs.push(Math.round((performance.now() - startedAtMs) * 10) / 10);
        if (status === 200) this.#accepted += 1;
        else this.#count(`status ${status}`);
      },
      (error: unknown) => {
        this.#underWay -= 1;
        this.#count(codeOf(error));
      },
    );
  }

  #count(cause: string): void {
    this.#failed[cause] = (this.#failed[cause] ?? 0) + 1;
  }

  async #ask(): Promise<number> {
    const { url, verifierId, sources, random } = this.#options;
    const source = drawn(sources, random);
    const { spiffeId: drawnId } = drawn(source.svids(), random);
    const spiffeId = drawnId.toString();
    const mtls = mtlsClientOptions({ source, spiffeId, authorize: authorizeId(parseSpiffeId(verifierId)) });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const call = request(url, { ...mtls, agent: false, timeout: timeoutMs }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    call.once('timeout', () => call.destroy(Object.assign(new Error('no answer'), { code: 'timeout' })));
    call.once('error', reject);
    call.end();
    return promise;
  }
}

function drawn<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw Object.assign(new Error('nothing is held'), { code: 'nothing held' });
  return item;
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : 'unknown';
}
