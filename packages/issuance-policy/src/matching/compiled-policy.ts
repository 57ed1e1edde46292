import type { IssuancePolicy } from '@blastradius/contracts';
import { compileSelector, type SelectorPattern } from '../selector/selector-pattern.ts';
import { isDefect, parseTemplate, type Template, type TemplateDefect } from '../template/parse-template.ts';

/** A policy whose patterns and templates have been read. */
export interface CompiledPolicy {
  readonly policy: IssuancePolicy;
  readonly selectors: readonly SelectorPattern[];
  /** A policy that an earlier release took with a template that can't be read grants nothing. */
  readonly templates: PolicyTemplates | TemplateDefect;
  readonly brokers: readonly Template[];
}

export interface PolicyTemplates {
  readonly spiffeId: Template;
  readonly dnsNames: readonly Template[];
  /** Undefined where the hint is the policy's id and the instance. */
  readonly hint: Template | undefined;
  readonly claims: readonly (readonly [name: string, template: Template])[];
}

export function compilePolicy(policy: IssuancePolicy): CompiledPolicy {
  return {
    policy,
    selectors: policy.selectors.map(compileSelector),
    templates: compileTemplates(policy),
    brokers: (policy.brokers ?? []).flatMap((text) => {
      const broker = parseTemplate(text);
      return isDefect(broker) ? [] : [broker];
    }),
  };
}

function compileTemplates(policy: IssuancePolicy): PolicyTemplates | TemplateDefect {
  const spiffeId = parseTemplate(policy.spiffeId);
  if (isDefect(spiffeId)) return spiffeId;
  const hint = policy.hint === undefined ? undefined : parseTemplate(policy.hint);
  if (hint !== undefined && isDefect(hint)) return hint;
  const dnsNames: Template[] = [];
  for (const text of policy.dnsNames) {
    const name = parseTemplate(text);
    if (isDefect(name)) return name;
    dnsNames.push(name);
  }
  const claims: (readonly [string, Template])[] = [];
  for (const [name, text] of Object.entries(policy.claims ?? {})) {
    const claim = parseTemplate(text);
    if (isDefect(claim)) return claim;
    claims.push([name, claim]);
  }
  return { spiffeId, dnsNames, hint, claims };
}
