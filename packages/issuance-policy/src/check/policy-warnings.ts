import type { IssuancePolicy } from '@blastradius/contracts';
import { placeholdersOf } from '../selector/selector-pattern.ts';
import { isDefect, parseTemplate, placesOf, type Template } from '../template/parse-template.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { mayCollide } from './segment-shapes.ts';

/** A set of thousands would say the same thing over and over. */
const WARNINGS_MAX = 50;
/** Some hundred milliseconds: a set of many thousand templates is compared in part, and an issuer goes on working. */
const COMPARISONS_MAX = 5_000_000;

interface Read {
  readonly index: number;
  readonly policy: IssuancePolicy;
  readonly template: Template;
}

/** What may be meant, and may not: policies that could make one SPIFFE ID of different workloads. */
export function policyWarnings(policies: readonly IssuancePolicy[]): PolicyProblem[] {
  const read = policies.flatMap((policy, index): Read[] => {
    const template = parseTemplate(policy.spiffeId);
    return isDefect(template) ? [] : [{ index, policy, template }];
  });
  const warnings: PolicyProblem[] = [];
  for (const warning of [...unusedCaptures(read), ...collisions(read)]) {
    warnings.push(warning);
    if (warnings.length === WARNINGS_MAX) break;
  }
  return warnings;
}

function* unusedCaptures(read: readonly Read[]): Iterable<PolicyProblem> {
  for (const { index, policy, template } of read) {
    const used = new Set(placesOf(template).map(({ name }) => name));
    for (const [at, selector] of policy.selectors.entries()) {
      const unused = placeholdersOf(selector).find((name) => !used.has(name));
      if (unused === undefined) continue;
      const message = `workloads that differ in {${unused}} share one SPIFFE ID: the template does not use it`;
      yield { policyId: policy.id, path: ['policies', index, 'selectors', at], message };
    }
  }
}

/** Two policies that give one fixed ID to different selectors say so themselves; a template may do it unseen. */
function* collisions(read: readonly Read[]): Iterable<PolicyProblem> {
  const templates = read.filter(
    ({ template, policy }) => isVarying(template) || policy.instances !== undefined,
  );
  let comparisons = 0;
  for (const one of templates) {
    comparisons += read.length;
    if (comparisons > COMPARISONS_MAX) return;
    for (const other of read) {
      const isSeen = isVarying(other.template) && other.index <= one.index;
      if (isSeen || other.index === one.index || !mayCollide(one.template, other.template)) continue;
      if (isSameSource(one, other)) continue;
      const [later, earlier] = one.index > other.index ? [one, other] : [other, one];
      const message = `it can make the same SPIFFE ID as policy ${earlier.policy.id}, of other attributes`;
      yield {
        policyId: later.policy.id,
        path: ['policies', later.index, 'spiffeId'],
        message,
        suggestion: 'a path of its own for each',
      };
    }
  }
}

function isVarying(template: Template): boolean {
  return placesOf(template).some(({ name }) => name !== 'trustDomain');
}

/** The same template over the same attributes: the same values are the same workload, by whichever policy. */
function isSameSource(one: Read, other: Read): boolean {
  if (one.template.text !== other.template.text) return false;
  return placesOf(one.template).every(({ kind, name }) => {
    if (kind === 'attribute') return name !== 'instance';
    return capturing(one.policy, name) === capturing(other.policy, name);
  });
}

function capturing({ selectors }: IssuancePolicy, name: string): string {
  return selectors
    .filter((selector) => placeholdersOf(selector).includes(name))
    .sort()
    .join('\n');
}
