import { attributeDefect } from './attributes.ts';

/** A stretch of a template: literal text, or a place that takes a value. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'capture' | 'attribute'; readonly name: string; readonly offset: number };

export type TemplatePlace = Exclude<TemplatePart, { kind: 'text' }>;

export interface Template {
  readonly text: string;
  readonly parts: readonly TemplatePart[];
}

export interface TemplateDefect {
  /** Where in the text, in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
  readonly suggestion?: string;
}

/**
 * Reads a template: `{name}` takes what a selector of the policy captured, `{{attribute}}` what was attested;
 * all else stands for itself, but for braces, which stand for nothing else.
 */
export function parseTemplate(text: string): Template | TemplateDefect {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of text.matchAll(/\{\{([^{}]*)\}\}|\{([^{}]*)\}|[{}]/g)) {
    const { 0: whole, 1: attribute, 2: capture, index: offset } = match;
    const defect = defectOf({ whole, attribute, capture });
    if (defect !== undefined) return { offset, ...defect };
    if (offset > end) parts.push({ kind: 'text', text: text.slice(end, offset) });
    parts.push(
      attribute === undefined
        ? { kind: 'capture', name: capture ?? '', offset }
        : { kind: 'attribute', name: attribute, offset },
    );
    end = offset + whole.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return { text, parts };
}

export function isDefect(parsed: Template | TemplateDefect): parsed is TemplateDefect {
  return 'message' in parsed;
}

export function placesOf(template: Template): TemplatePlace[] {
  return template.parts.filter((part) => part.kind !== 'text');
}

/** The trust domain is the same for all whom one issuer serves: its place takes no value of a workload. */
export function isConstant(part: TemplatePart): boolean {
  return part.kind === 'text' || part.name === 'trustDomain';
}

interface Found {
  readonly whole: string;
  readonly attribute: string | undefined;
  readonly capture: string | undefined;
}

function defectOf({ whole, attribute, capture }: Found): Omit<TemplateDefect, 'offset'> | undefined {
  const name = attribute ?? capture;
  if (name === undefined) return { message: `a "${whole}" without its counterpart` };
  const trimmed = name.trim();
  if (trimmed !== name) {
    const suggestion = attribute === undefined ? `{${trimmed}}` : `{{${trimmed}}}`;
    return { message: 'a placeholder has no spaces', suggestion };
  }
  if (attribute !== undefined) return attributeDefect(attribute);
  if (/^[A-Za-z][A-Za-z0-9]*$/.test(name)) return undefined;
  if (attributeDefect(name) === undefined)
    return { message: 'an attested attribute stands in two braces', suggestion: `{{${name}}}` };
  return { message: 'a captured name is a letter and then letters or digits' };
}
