import { issuerAdministration, type KeySetKind } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import type { AuthoritySchedule } from '../config.ts';
import { AuthorityMissing } from './authority.errors.ts';
import type { AuthorityAudit } from './authority-audit.ts';
import { activationDueAt, authorityStates } from './authority-states.ts';
import * as steps from './authority-steps.ts';
import type { AuthorityStore, KeySetChange, StoredAuthority } from './authority-store.ts';
import { createStoredAuthority } from './create-stored-authority.ts';
import { type DecideStep, stepEach } from './key-set-steps.ts';
import { openSnapshot, type Signers, type TrustDomainState } from './trust-domain-state.ts';

export interface AuthoritiesOptions {
  readonly trustDomain: string;
  readonly schedule: AuthoritySchedule;
  readonly keyEncryptionKey: Uint8Array;
}

export const allKinds: readonly KeySetKind[] = issuerAdministration.keySetKind.options;

/**
 * The lifecycle of the trust domain's signing keys, a set for each kind: next, current, previous.
 * Several issuers may share one store; each step is taken by one of them, and all see it at their next
 * request.
 */
export class Authorities {
  readonly #store: AuthorityStore;
  readonly #audit: AuthorityAudit;
  readonly #clock: Clock;
  readonly #options: AuthoritiesOptions;
  #state: TrustDomainState | undefined;

  constructor(store: AuthorityStore, audit: AuthorityAudit, clock: Clock, options: AuthoritiesOptions) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
    this.#options = options;
  }

  /** The state as it is now, whichever issuer changed it last. */
  async state(): Promise<TrustDomainState> {
    const revision = await this.#store.revision();
    const known = this.#state;
    return known?.revision === revision ? known : this.#open(await this.#store.load());
  }

  /** The authority that signs. Makes one where there is none: the first, or after a long sleep. */
  async current<K extends KeySetKind>(kind: K): Promise<Signers[K]> {
    const signer = this.#signerOf(await this.state(), kind);
    if (signer !== null) return signer;
    const state = await this.#step(allKinds, 'none was current', ({ authorities, now, create }) =>
      steps.ensureCurrent(authorities, now, create),
    );
    const made = this.#signerOf(state, kind);
    if (made === null) throw new AuthorityMissing('no authority can sign');
    return made;
  }

  /** Publishes the next authority, by order. */
  async prepare(kinds = allKinds): Promise<void> {
    await this.#step(kinds, 'ordered', ({ authorities, now, create }) =>
      steps.prepareNext(authorities, now, create),
    );
  }

  /** Lets the next authority sign, by order. */
  async activate(kinds = allKinds): Promise<void> {
    await this.#step(kinds, 'ordered', ({ authorities, now }) => steps.activateNext(authorities, now));
  }

  /** Has everything replaced that a predecessor has signed, by order. */
  async taint(kinds = allKinds): Promise<void> {
    await this.#step(kinds, 'ordered', ({ authorities, now }) => steps.taintPrevious(authorities, now));
  }

  /** Publishes the next authorities, unless they wait already; returns those that wait, one of each kind. */
  async prepareForced(kinds = allKinds): Promise<readonly StoredAuthority[]> {
    const state = await this.#step(kinds, 'forced', ({ authorities, now, create }) =>
      steps.prepareNext(authorities, now, create),
    );
    const waiting = this.#waiting(state, kinds);
    if (waiting.length < kinds.length) {
      throw new AuthorityMissing('another rotation was quicker; order it again');
    }
    return waiting;
  }

  /** Lets these authorities sign, and has everything replaced that their predecessors have signed. */
  async finishForced(prepared: readonly StoredAuthority[]): Promise<void> {
    const ids = new Map(prepared.map(({ kind, id }) => [kind, id]));
    const kinds = [...ids.keys()];
    await this.#step(kinds, 'forced', ({ kind, authorities, now }) =>
      steps.activateThis(authorities, now, ids.get(kind) ?? ''),
    );
    await this.#step(kinds, 'forced', ({ authorities, now }) => steps.taintPrevious(authorities, now));
  }

  async prepareOnSchedule(): Promise<void> {
    const { rotationSeconds } = this.#options.schedule;
    await this.#step(allKinds, 'scheduled', ({ authorities, now, create }) =>
      steps.prepareDue(authorities, now, create, rotationSeconds),
    );
  }

  async activateOnSchedule(): Promise<void> {
    const { activationDelaySeconds } = this.#options.schedule;
    await this.#step(allKinds, 'scheduled', ({ authorities, now }) =>
      steps.activateDue(authorities, now, activationDelaySeconds),
    );
  }

  /** When all authorities that wait may sign; null where none waits. */
  async activationDueAt(): Promise<Date | null> {
    const { activationDelaySeconds } = this.#options.schedule;
    const dueAtMs = this.#waiting(await this.state(), allKinds).map((next) =>
      activationDueAt(next, activationDelaySeconds).getTime(),
    );
    return dueAtMs.length === 0 ? null : new Date(Math.max(...dueAtMs));
  }

  async retireExpired(): Promise<void> {
    const { authorities } = await this.state();
    if (authorityStates(authorities, this.#clock.now()).expired.length === 0) return;
    await this.#step(allKinds, 'ended', (keySet) => steps.retireExpired(keySet.authorities, keySet.now));
  }

  #signerOf<K extends KeySetKind>({ keySets }: TrustDomainState, kind: K): Signers[K] | null {
    return authorityStates(keySets[kind], this.#clock.now()).current?.signer ?? null;
  }

  #waiting({ keySets }: TrustDomainState, kinds: readonly KeySetKind[]): StoredAuthority[] {
    return kinds.flatMap((kind) => {
      const { next } = authorityStates<StoredAuthority>(keySets[kind], this.#clock.now());
      return next === null ? [] : [next];
    });
  }

  async #step(kinds: readonly KeySetKind[], reason: string, decide: DecideStep): Promise<TrustDomainState> {
    const taken: { before: readonly StoredAuthority[]; change: KeySetChange }[] = [];
    const snapshot = await this.#store.change(async ({ authorities }) => {
      const changes = await stepEach(this.#views(kinds, authorities), decide);
      taken.push(...changes.map((change) => ({ before: authorities, change })));
      return changes;
    });
    for (const { before, change } of taken) this.#audit.record(change, before, reason);
    return this.#open(snapshot);
  }

  #views(kinds: readonly KeySetKind[], authorities: readonly StoredAuthority[]) {
    const now = this.#clock.now();
    return kinds.map((kind) => ({
      kind,
      authorities: authorities.filter((authority) => authority.kind === kind),
      now,
      create: (at: Date, activatedAt: Date | null) =>
        createStoredAuthority({ ...this.#options, kind, now: at, activatedAt }),
    }));
  }

  #open(snapshot: Parameters<typeof openSnapshot>[0]): TrustDomainState {
    // A slower load must not put an older state in the place of a newer one.
    if (this.#state !== undefined && this.#state.revision >= snapshot.revision) return this.#state;
    this.#state = openSnapshot(snapshot, this.#options.trustDomain, this.#options.keyEncryptionKey);
    return this.#state;
  }
}
