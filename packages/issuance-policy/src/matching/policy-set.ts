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
  /** Those all of whose selectors capture, by the longest text that one of these begins with. */
  readonly #byPrefix = new Map<string, Placed[]>();
  /** Policies are many, and lengths of what they begin with are few. */
  readonly #prefixLengths = new Set<number>();

  constructor(policies: readonly IssuancePolicy[]) {
    this.all = policies.map(compilePolicy);
    const uses = this.#countLiterals();
    for (const [order, policy] of this.all.entries()) {
      const rarest = literalsOf(policy).sort(
        (one, other) => (uses.get(one) ?? 0) - (uses.get(other) ?? 0),
      )[0];
      if (rarest !== undefined) place(this.#byLiteral, rarest, { order, policy });
      else {
        const prefix = longestPrefixOf(policy);
        place(this.#byPrefix, prefix, { order, policy });
        this.#prefixLengths.add(prefix.length);
      }
    }
  }

  /** In the order of the policies; all that could match, and few that don't. */
  candidatesFor(selectors: readonly string[]): readonly CompiledPolicy[] {
    const placed = new Set<Placed>();
    for (const selector of selectors) {
      for (const one of this.#byLiteral.get(selector) ?? []) placed.add(one);
      for (const length of this.#prefixLengths) {
        if (length > selector.length) continue;
        for (const one of this.#byPrefix.get(selector.slice(0, length)) ?? []) placed.add(one);
      }
    }
    return [...placed].sort((one, other) => one.order - other.order).map(({ policy }) => policy);
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

function longestPrefixOf({ selectors }: CompiledPolicy): string {
  return selectors.reduce((longest, { prefix }) => (prefix.length > longest.length ? prefix : longest), '');
}

function place(policies: Map<string, Placed[]>, key: string, placed: Placed): void {
  const beside = policies.get(key);
  if (beside === undefined) policies.set(key, [placed]);
  else beside.push(placed);
}
