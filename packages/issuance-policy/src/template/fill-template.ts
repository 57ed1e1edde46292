import type { PolicyRefusal } from '@blastradius/contracts';
import type { Captures } from '../selector/selector-pattern.ts';
import type { AttestedValues } from './attested-values.ts';
import { selectorPrefixOf } from './attributes.ts';
import type { Template, TemplatePlace } from './parse-template.ts';
import type { ValueShape } from './value-shape.ts';

/** Where the places of a policy's templates take their values from. */
export interface TemplateValues {
  readonly trustDomain: string;
  /** Undefined where it is not known beside which sidecar the workload will ask. */
  readonly node: string | undefined;
  readonly instance: string | undefined;
  readonly captures: Captures;
  readonly attested: AttestedValues;
}

/** The text, or the first reason why there is none. */
export type Filled = { readonly text: string } | { readonly refusal: PolicyRefusal };

/** Puts values in the places of a template; `shape` is what each has to look like. Never half. */
export function fillTemplate(template: Template, values: TemplateValues, shape: ValueShape): Filled {
  let text = '';
  for (const part of template.parts) {
    if (part.kind === 'text') {
      text += part.text;
      continue;
    }
    if (part.name === 'trustDomain') {
      text += values.trustDomain;
      continue;
    }
    const value = valueIn(part, values);
    if (typeof value !== 'string') return { refusal: value };
    if (!shape.accepts(value)) return { refusal: unsafe(part, value, shape) };
    text += value;
  }
  return { text };
}

/** The one value of a place, or why it has none. */
export function valueIn(
  { kind, name }: TemplatePlace,
  { node, instance, captures, attested }: TemplateValues,
): string | PolicyRefusal {
  if (name === 'instance') return instance ?? missing('the policy has no instances');
  if (kind === 'capture') {
    return (
      (Object.hasOwn(captures, name) ? captures[name] : undefined) ??
      missing(`no selector captures {${name}}`)
    );
  }
  if (name === 'node') return node ?? missing('the node is not known: say beside which sidecar it would ask');
  const [value, ...others] = attested.of(name);
  if (value === undefined) return missing(`{{${name}}}: no ${selectorPrefixOf(name)}... is attested`);
  if (others.length === 0) return value;
  const shown = [value, ...others].slice(0, 4).map(quoted).join(', ');
  return { reason: 'attribute-ambiguous', detail: `{{${name}}} has ${others.length + 1} values: ${shown}` };
}

function missing(detail: string): PolicyRefusal {
  return { reason: 'attribute-missing', detail };
}

function unsafe({ kind, name }: TemplatePlace, value: string, { says }: ValueShape): PolicyRefusal {
  const place = kind === 'capture' ? `{${name}}` : `{{${name}}}`;
  return { reason: 'attribute-unsafe', detail: `${place} is ${quoted(value)}, which is not ${says}` };
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
}
