import type { IssuancePolicy } from '@blastradius/contracts';
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts';

interface Placed {
  readonly order: number;
  readonly policy: CompiledPolicy;
}

/** All policies, so arranged that a workload is held only against those which one of its selectors may meet. */
export class PolicySet {
  readonly all: readonly CompiledPolicy[];
  /** By the rarest of the selectors that a policy has literally; a workload without it can't meet the policy. */
  readonly #byLiteral = new Map<string, Placed[]>();
  /** Those all of whose selectors capture. */
  readonly #others: Placed[] = [];

  constructor(policies: readonly IssuancePolicy[]) {
    this.all = policies.map(compilePolicy);
    const uses = this.#countLiterals();
    for (const [order, policy] of this.all.entries()) {
      const rarest = literalsOf(policy).sort(
        (one, other) => (uses.get(one) ?? 0) - (uses.get(other) ?? 0),
      )[0];
      if (rarest === undefined) this.#others.push({ order, policy });
      else this.#place(rarest, { order, policy });
    }
  }

  /** In the order of the policies; all that could match, and few that don't. */
  candidatesFor(selectors: readonly string[]): readonly CompiledPolicy[] {
    const placed = [...new Set(selectors)].flatMap((selector) => this.#byLiteral.get(selector) ?? []);
    return [...this.#others, ...placed]
      .sort((one, other) => one.order - other.order)
      .map(({ policy }) => policy);
  }

  #place(literal: string, placed: Placed): void {
    const beside = this.#byLiteral.get(literal);
    if (beside === undefined) this.#byLiteral.set(literal, [placed]);
    else beside.push(placed);
  }

  #countLiterals(): ReadonlyMap<string, number> {
    const uses = new Map<string, number>();
    for (const policy of this.all) {
      for (const literal of literalsOf(policy)) uses.set(literal, (uses.get(literal) ?? 0) + 1);
    }
    return uses;
  }
}

function literalsOf({ selectors }: CompiledPolicy): string[] {
  return selectors.flatMap(({ literal }) => (literal === undefined ? [] : [literal]));
}
