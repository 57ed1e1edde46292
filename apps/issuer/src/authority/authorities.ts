import type { Clock } from '@blastradius/kernel';
import type { Authority } from '@blastradius/pki';
import type { AuthoritySchedule } from '../config.ts';
import { AuthorityMissing } from './authority.errors.ts';
import type { AuthorityAudit } from './authority-audit.ts';
import { activationDueAt, authorityStates } from './authority-states.ts';
import * as steps from './authority-steps.ts';
import type { AuthorityChange, AuthorityStore, StoredAuthority } from './authority-store.ts';
import { createStoredAuthority } from './create-stored-authority.ts';
import { openSnapshot, type TrustDomainState } from './trust-domain-state.ts';

export interface AuthoritiesOptions {
  readonly trustDomain: string;
  readonly schedule: AuthoritySchedule;
  readonly keyEncryptionKey: Uint8Array;
}

type Decide = (
  authorities: readonly StoredAuthority[],
  now: Date,
) => Promise<AuthorityChange | null> | AuthorityChange | null;

/**
 * The lifecycle of the trust domain's signing keys: next, current, previous. Several issuers may
 * share one store; each step is taken by one of them, and all see it at their next request.
 */
export class Authorities {
  readonly #store: AuthorityStore;
  readonly #audit: AuthorityAudit;
  readonly #clock: Clock;
  readonly #options: AuthoritiesOptions;
  readonly #create: steps.CreateAuthority;
  #state: TrustDomainState | undefined;

  constructor(store: AuthorityStore, audit: AuthorityAudit, clock: Clock, options: AuthoritiesOptions) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#options = options;
    this.#create = (now, activatedAt) => createStoredAuthority({ ...options, now, activatedAt });
  }

  /** The state as it is now, whichever issuer changed it last. */
  async state(): Promise<TrustDomainState> {
    const revision = await this.#store.revision();
    const known = this.#state;
    return known?.revision === revision ? known : this.#open(await this.#store.load());
  }

  /** The authority that signs. Makes one where there is none: the first, or after a long sleep. */
  async current(): Promise<Authority> {
    const signer = this.#signerOf(await this.state());
    if (signer !== null) return signer;
    const made = this.#signerOf(
      await this.#step('none was current', (all, now) => steps.ensureCurrent(all, now, this.#create)),
    );
    if (made === null) throw new AuthorityMissing('no authority can sign');
    return made;
  }

  /** Publishes the next authority, by order. */
  async prepare(): Promise<void> {
    await this.#step('ordered', (all, now) => steps.prepareNext(all, now, this.#create));
  }

  /** Lets the next authority sign, by order. */
  async activate(): Promise<void> {
    await this.#step('ordered', steps.activateNext);
  }

  /** Has everything replaced that a predecessor has signed, by order. */
  async taint(): Promise<void> {
    await this.#step('ordered', steps.taintPrevious);
  }

  /** Publishes the next authority, unless one waits already; returns the one that waits. */
  async prepareForced(): Promise<StoredAuthority> {
    const state = await this.#step('forced', (all, now) => steps.prepareNext(all, now, this.#create));
    const { next } = authorityStates(state.authorities, this.#clock.now());
    if (next === null) throw new AuthorityMissing('another rotation was quicker; order it again');
    return next;
  }

  /** Lets this authority sign, and has everything replaced that its predecessors have signed. */
  async finishForced(id: string): Promise<void> {
    await this.#step('forced', (all, now) => steps.activateThis(all, now, id));
    await this.#step('forced', steps.taintPrevious);
  }

  async prepareOnSchedule(): Promise<void> {
    const { rotationSeconds } = this.#options.schedule;
    await this.#step('scheduled', (all, now) => steps.prepareDue(all, now, this.#create, rotationSeconds));
  }

  async activateOnSchedule(): Promise<void> {
    const { activationDelaySeconds } = this.#options.schedule;
    await this.#step('scheduled', (all, now) => steps.activateDue(all, now, activationDelaySeconds));
  }

  /** When the authority that waits may sign; null where none waits. */
  async activationDueAt(): Promise<Date | null> {
    const { next } = authorityStates((await this.state()).authorities, this.#clock.now());
    return next && activationDueAt(next, this.#options.schedule.activationDelaySeconds);
  }

  async retireExpired(): Promise<void> {
    const { expired } = authorityStates((await this.state()).authorities, this.#clock.now());
    if (expired.length > 0) await this.#step('ended', steps.retireExpired);
  }

  #signerOf({ authorities }: TrustDomainState): Authority | null {
    return authorityStates(authorities, this.#clock.now()).current?.signer ?? null;
  }

  async #step(reason: string, decide: Decide): Promise<TrustDomainState> {
    const taken: { before: readonly StoredAuthority[]; change: AuthorityChange }[] = [];
    const snapshot = await this.#store.change(async ({ authorities }) => {
      const change = await decide(authorities, this.#clock.now());
      if (change !== null) taken.push({ before: authorities, change });
      return change;
    });
    for (const { before, change } of taken) this.#audit.record(change, before, reason);
    return this.#open(snapshot);
  }

  #open(snapshot: Parameters<typeof openSnapshot>[0]): TrustDomainState {
    // A slower load must not put an older state in the place of a newer one.
    if (this.#state !== undefined && this.#state.revision >= snapshot.revision) return this.#state;
    this.#state = openSnapshot(snapshot, this.#options.trustDomain, this.#options.keyEncryptionKey);
    return this.#state;
  }
}
