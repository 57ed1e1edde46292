import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@blastradius/kernel';
import type { AuthoritySchedule } from '../config.ts';
import { type Authorities, allKinds } from './authorities.ts';
import { activationDueAt, authorityStates } from './authority-states.ts';
import * as steps from './authority-steps.ts';
import type { StoredAuthority } from './authority-store.ts';
import { overdueSteps } from './schedule-states.ts';

/**
 * One scheduled rotation: publish the next authority, wait until everyone had time to fetch the
 * bundle, let it sign. What was done is read from the store, so a rotation that was cut short at
 * any point is finished by the next one.
 */
export class AuthorityRotation {
  readonly #authorities: Authorities;
  readonly #clock: Clock;
  readonly #schedule: AuthoritySchedule;
  readonly #stopping = new AbortController();

  constructor(authorities: Authorities, clock: Clock, schedule: AuthoritySchedule) {
    this.#authorities = authorities;
    this.#clock = clock;
    this.#schedule = schedule;
  }

  async rotate(): Promise<void> {
    await this.#prepare();
    const dueAt = await this.activationDueAt();
    if (dueAt === null) return;
    const waited = await this.#waitUntil(dueAt);
    if (waited) await this.#activate();
  }

  /** When all authorities that wait may sign; null where none waits. */
  async activationDueAt(): Promise<Date | null> {
    const { keySets } = await this.#authorities.state();
    const dueAtMs = allKinds.flatMap((kind) => {
      const { next } = authorityStates<StoredAuthority>(keySets[kind], this.#clock.now());
      return next === null ? [] : [activationDueAt(next, this.#schedule.activationDelaySeconds).getTime()];
    });
    return dueAtMs.length === 0 ? null : new Date(Math.max(...dueAtMs));
  }

  /** Takes what is overdue: a queue may lose a tick, and whoever had the job may be gone. */
  async catchUp(): Promise<void> {
    const { keySets } = await this.#authorities.state();
    const now = this.#clock.now();
    const overdue = allKinds.map((kind) => overdueSteps(keySets[kind], this.#schedule, now));
    if (overdue.some(({ prepare }) => prepare)) await this.#prepare();
    if (overdue.some(({ activate }) => activate)) await this.#activate();
  }

  /** Ends a wait that is under way; the store knows that an authority is still to be activated. */
  stop(): void {
    this.#stopping.abort();
  }

  async #prepare(): Promise<void> {
    const { rotationSeconds } = this.#schedule;
    await this.#authorities.step(allKinds, 'scheduled', ({ authorities, now, create }) =>
      steps.prepareDue(authorities, now, create, rotationSeconds),
    );
  }

  async #activate(): Promise<void> {
    const { activationDelaySeconds } = this.#schedule;
    await this.#authorities.step(allKinds, 'scheduled', ({ authorities, now }) =>
      steps.activateDue(authorities, now, activationDelaySeconds),
    );
  }

  async #waitUntil(instant: Date): Promise<boolean> {
    const { signal } = this.#stopping;
    const ms = Math.max(0, instant.getTime() - this.#clock.now().getTime());
    return wait(ms, true, { signal }).catch(() => false);
  }
}
