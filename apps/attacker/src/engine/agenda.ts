import { type IncidentClock, incidentMinuteAt, wallMsAt } from '@blastradius/kernel';

/** The thief's own bound: with so many requests under way it falls behind its plan instead. */
const AT_ONCE_MAX = 32;
const WAIT_MS_MAX = 1000;

export interface AgendaOptions {
  readonly clock: IncidentClock;
  readonly endMinute: number;
  readonly signal: AbortSignal;
}

/** What is due at which minute of the incident. Nothing starts after the end. */
export class Agenda {
  readonly #options: AgendaOptions;
  readonly #open = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: AgendaOptions) {
    this.#options = options;
  }

  get nowMinute(): number {
    return incidentMinuteAt(this.#options.clock, Date.now());
  }

  get endMinute(): number {
    return this.#options.endMinute;
  }

  at(minute: number, task: () => Promise<void>): void {
    this.each([{ minute }], task);
  }

  /** Starts a task for each, in the order given, at its minute or as soon after as the bound lets it. */
  each<D extends { readonly minute: number }>(dues: Iterable<D>, task: (due: D) => Promise<void>): void {
    this.#follow(this.#start(dues, task));
  }

  /** Resolves at the end, or when aborted, with all that was started done; rejects where a task did. */
  async finish(): Promise<void> {
    await this.#until(this.#options.endMinute);
    while (this.#open.size > 0) await Promise.all(this.#open);
    if (this.#failure) throw this.#failure.error;
  }

  async #start<D extends { readonly minute: number }>(
    dues: Iterable<D>,
    task: (due: D) => Promise<void>,
  ): Promise<void> {
    for (const due of dues) {
      await this.#until(due.minute);
      await this.#slot();
      if (this.#hasEnded()) return this.#freeSlot();
      this.#follow(task(due).finally(() => this.#freeSlot()));
    }
  }

  #follow(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#open.delete(followed));
    this.#open.add(followed);
  }

  #hasEnded(): boolean {
    return this.#options.signal.aborted || this.nowMinute >= this.#options.endMinute;
  }

  async #slot(): Promise<void> {
    if (this.#running >= AT_ONCE_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
  }

  /** A slot goes from hand to hand, or back. */
  #freeSlot(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }

  async #until(minute: number): Promise<void> {
    const { clock, endMinute, signal } = this.#options;
    const atMs = wallMsAt(clock, Math.min(minute, endMinute));
    for (let waitMs = atMs - Date.now(); waitMs > 0 && !signal.aborted; waitMs = atMs - Date.now()) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, WAIT_MS_MAX)));
    }
  }
}
