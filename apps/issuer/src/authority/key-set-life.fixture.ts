import { randomBytes, randomUUID } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { authorityStates } from './authority-states.ts';
import * as steps from './authority-steps.ts';
import type { AuthorityChange, StoredAuthority } from './authority-store.ts';
import { keyIdOf } from './key-id.ts';
import { revoke } from './revocation.ts';
import { overdueSteps } from './schedule-states.ts';

const schedule = { ttlSeconds: 3600, rotationSeconds: 900, activationDelaySeconds: 60 };

/** One thing that happens to a key set; `pick` chooses among the keys that there are. */
export interface Happening {
  readonly act:
    | 'request'
    | 'prepare'
    | 'activate'
    | 'taint'
    | 'finish-forced'
    | 'revoke-tainted'
    | 'revoke-one'
    | 'revoke-by-force'
    | 'tick'
    | 'retire'
    | 'move-clock';
  readonly pick: number;
  readonly moveSeconds: number;
}

type KeepChange = (authorities: readonly StoredAuthority[], change: AuthorityChange) => StoredAuthority[];
export type KeySetAct = (life: KeySetLife, happening: Happening) => Promise<AuthorityChange | null>;

/** One key set through its life, in memory, and what it has signed; `keep` does what the store does. */
export class KeySetLife {
  authorities: StoredAuthority[] = [];
  now = new Date('2026-02-01T12:00:00Z');
  readonly signedBy: { readonly id: string; readonly wasBarred: boolean; readonly wasPublished: boolean }[] =
    [];
  /** Tainted or revoked: they must not sign ever again. */
  readonly barred = new Set<string>();
  readonly #keep: KeepChange;

  constructor(keep: KeepChange = keepChange) {
    this.#keep = keep;
  }

  readonly create: steps.CreateAuthority = async (now) => ({
    id: randomUUID(),
    kind: 'jwt',
    published: randomBytes(8),
    wrappedKey: new Uint8Array(1),
    notBefore: new Date(now.getTime() - 1000),
    notAfter: new Date(now.getTime() + schedule.ttlSeconds * 1000),
    preparedAt: now,
    activatedAt: null,
    taintedAt: null,
    hasKey: true,
  });

  async take(happening: Happening, act: KeySetAct = decide): Promise<void> {
    if (happening.act === 'move-clock') {
      this.now = new Date(this.now.getTime() + happening.moveSeconds * 1000);
      return;
    }
    const change = await act(this, happening).catch(refusal);
    if (change !== null) this.#apply(change);
    if (happening.act === 'request') this.#sign();
  }

  #apply(change: AuthorityChange): void {
    this.authorities = this.#keep(this.authorities, change);
    for (const id of [...(change.taint?.ids ?? []), ...(change.revoke?.ids ?? [])]) this.barred.add(id);
  }

  #sign(): void {
    const { current } = authorityStates(this.authorities, this.now);
    if (current === null) return;
    const { id } = current;
    const wasPublished = this.authorities.some((one) => one.id === id && one.notAfter > this.now);
    this.signedBy.push({ id, wasBarred: this.barred.has(id), wasPublished });
  }
}

/** What the issuer decides, by the steps that it takes them by. */
export const decide: KeySetAct = async (life, { act, pick }) => {
  const { authorities, now, create } = life;
  const one = authorities[pick % Math.max(1, authorities.length)];
  switch (act) {
    case 'request':
      return steps.ensureCurrent(authorities, now, create);
    case 'prepare':
      return steps.prepareNext(authorities, now, create);
    case 'activate':
      return steps.activateNext(authorities, now);
    case 'taint':
      return steps.taintPrevious(authorities, now);
    case 'finish-forced':
      return steps.activateAndTaint(authorities, now, one?.id ?? '');
    case 'revoke-tainted':
      return revoke({ authorities, now, create, order: { force: false } });
    case 'revoke-one':
    case 'revoke-by-force': {
      const chosen = one === undefined ? {} : { keyId: keyIdOf(one) };
      return revoke({ authorities, now, create, order: { ...chosen, force: act === 'revoke-by-force' } });
    }
    case 'tick':
      return tick(life);
    case 'retire':
      return steps.retireExpired(authorities, now);
    case 'move-clock':
      return null;
  }
};

/** An order that is refused changes nothing. */
function refusal(error: unknown): null {
  if (error instanceof DomainError) return null;
  throw error;
}

async function tick({ authorities, now, create }: KeySetLife): Promise<AuthorityChange | null> {
  const overdue = overdueSteps(authorities, schedule, now);
  if (overdue.prepare) return steps.prepareDue(authorities, now, create, schedule.rotationSeconds);
  if (overdue.activate) return steps.activateDue(authorities, now, schedule.activationDelaySeconds);
  return null;
}

/** As the tables have it: whoever begins to sign leaves its predecessors without keys. */
export function keepChange(
  authorities: readonly StoredAuthority[],
  { add, activate, taint, revoke: revoked, remove = [] }: AuthorityChange,
): StoredAuthority[] {
  return [...authorities, ...(add === undefined ? [] : [add])]
    .map((one) =>
      activate !== undefined && one.activatedAt !== null ? { ...one, wrappedKey: null, hasKey: false } : one,
    )
    .map((one) => (one.id === activate?.id ? { ...one, activatedAt: activate.at } : one))
    .map((one) => (taint?.ids.includes(one.id) ? { ...one, taintedAt: taint.at } : one))
    .filter(({ id }) => !revoked?.ids.includes(id) && !remove.includes(id));
}
