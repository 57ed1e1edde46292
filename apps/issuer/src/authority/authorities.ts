import { issuerAdministration, type KeySetKind } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import type { z } from 'zod';
import type { AuthoritySchedule } from '../config.ts';
import { AuthorityMissing } from './authority.errors.ts';
import type { AuthorityAudit } from './authority-audit.ts';
import { authorityStates } from './authority-states.ts';
import * as steps from './authority-steps.ts';
import type { AuthoritySnapshot, AuthorityStore, TrustDomainChange } from './authority-store.ts';
import { createStoredAuthority } from './create-stored-authority.ts';
import { type DecideStep, type KeySetView, keySetsWith, stepEach } from './key-set-steps.ts';
import { type RevocationOrder, revoke } from './revocation.ts';
import { showAuthorities } from './show-authorities.ts';
import { openSnapshot, type Signers, type TrustDomainState } from './trust-domain-state.ts';

export interface AuthoritiesOptions {
  readonly trustDomain: string;
  readonly schedule: AuthoritySchedule;
  readonly keyEncryptionKey: Uint8Array;
}

export const allKinds: readonly KeySetKind[] = issuerAdministration.keySetKind.options;

type KeySetsOf = (kinds: readonly KeySetKind[]) => readonly KeySetView[];
export type DecideChange = (
  snapshot: AuthoritySnapshot,
  keySetsOf: KeySetsOf,
) => Promise<TrustDomainChange> | TrustDomainChange;

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
    const state = await this.step(allKinds, 'none was current', ({ authorities, now, create }) =>
      steps.ensureCurrent(authorities, now, create),
    );
    const made = this.#signerOf(state, kind);
    if (made === null) throw new AuthorityMissing('no authority can sign');
    return made;
  }

  /** Publishes the next authority, by order. */
  async prepare(kinds = allKinds): Promise<void> {
    await this.step(kinds, 'ordered', ({ authorities, now, create }) =>
      steps.prepareNext(authorities, now, create),
    );
  }

  /** Lets the next authority sign, by order. */
  async activate(kinds = allKinds): Promise<void> {
    await this.step(kinds, 'ordered', ({ authorities, now }) => steps.activateNext(authorities, now));
  }

  /** Has everything replaced that a predecessor has signed, by order. */
  async taint(kinds = allKinds): Promise<void> {
    await this.step(kinds, 'ordered', ({ authorities, now }) => steps.taintPrevious(authorities, now));
  }

  /** Takes authorities out of the bundle, and with them everything that they have signed, by order. */
  async revoke(order: RevocationOrder, kinds = allKinds): Promise<void> {
    await this.change(order.force ? 'forced' : 'ordered', async (_, keySetsOf) => ({
      keySets: await stepEach(keySetsWith(keySetsOf(kinds), order.keyId), (keySet) =>
        revoke({ ...keySet, order }),
      ),
    }));
  }

  /** What there is of keys and forced rotations, for the operator. */
  async show(): Promise<z.infer<typeof issuerAdministration.authoritiesAnswer>> {
    return showAuthorities(await this.state(), this.#clock.now());
  }

  /** What has come to its end leaves the bundle, and those that were revoked the memory. */
  async retireExpired(): Promise<void> {
    const now = this.#clock.now();
    const { authorities, revoked } = await this.state();
    if (![...authorities, ...revoked].some(({ notAfter }) => notAfter <= now)) return;
    await this.change('ended', (snapshot, keySetsOf) => ({
      keySets: keySetsOf(allKinds).flatMap(({ kind, authorities: keySet }) => {
        const forgotten = snapshot.revoked.filter((one) => one.kind === kind);
        const ended = [...authorityStates(keySet, now).expired, ...authorityStates(forgotten, now).expired];
        return ended.length === 0 ? [] : [{ kind, remove: ended.map(({ id }) => id) }];
      }),
    }));
  }

  /** Takes one step for each of the key sets, in one transaction. */
  step(kinds: readonly KeySetKind[], reason: string, decide: DecideStep): Promise<TrustDomainState> {
    return this.change(reason, async (_, keySetsOf) => ({
      keySets: await stepEach(keySetsOf(kinds), decide),
    }));
  }

  /**
   * Changes the newest state, in one transaction. What is done is written down before it is kept: an
   * issuer that is killed in between may have written down too much, and never too little.
   */
  async change(reason: string, decide: DecideChange): Promise<TrustDomainState> {
    const snapshot = await this.#store.change(async (before) => {
      const change = await decide(before, (kinds) => this.#views(kinds, before));
      for (const keySet of change.keySets) this.#audit.record(keySet, before.authorities, reason);
      // A power loss after the commit must not leave a change that nobody has written down.
      await this.#audit.durable();
      return change;
    });
    return this.#open(snapshot);
  }

  #signerOf<K extends KeySetKind>({ keySets }: TrustDomainState, kind: K): Signers[K] | null {
    return authorityStates(keySets[kind], this.#clock.now()).current?.signer ?? null;
  }

  #views(kinds: readonly KeySetKind[], { authorities }: AuthoritySnapshot): KeySetView[] {
    const now = this.#clock.now();
    return kinds.map((kind) => ({
      kind,
      authorities: authorities.filter((authority) => authority.kind === kind),
      now,
      create: (at: Date) => createStoredAuthority({ ...this.#options, kind, now: at }),
    }));
  }

  #open(snapshot: AuthoritySnapshot): TrustDomainState {
    // A slower load must not put an older state in the place of a newer one.
    if (this.#state !== undefined && this.#state.revision >= snapshot.revision) return this.#state;
    this.#state = openSnapshot(snapshot, this.#options.trustDomain, this.#options.keyEncryptionKey);
    return this.#state;
  }
}
