import { closest } from '@blastradius/kernel';
import type { z } from 'zod';
import { inWords, type JsonSchema, schemaAt } from './allowed.ts';

type Path = readonly PropertyKey[];

/** What to write instead of what a schema refuses. */
export function suggest(issue: z.core.$ZodIssue, raw: unknown, schema: JsonSchema): string {
  if (issue.code === 'custom') return String(issue.params?.['suggestion'] ?? 'change one of the two');
  const here = schemaAt(schema, issue.path);
  const value = valueAt(raw, issue.path);
  if (value === undefined) return add(issue.path, here);
  if (here?.enum && typeof value === 'string') return insteadOf(value, here.enum.map(String));
  if (issue.code === 'invalid_type') return ofOtherType(value, issue.path, here);
  if (issue.code === 'too_small' || issue.code === 'too_big') return withinBounds(value, issue.path, here);
  if (issue.code === 'invalid_format') return ofOtherForm(issue.message, value, here);
  return `write ${here === undefined ? 'something else' : inWords(here)}`;
}

/** What an unknown field was meant to be: one spelt nearly so, or one that stands elsewhere. */
export function suggestField(key: string, at: Path, schema: JsonSchema): string {
  const known = Object.keys(schemaAt(schema, at)?.properties ?? {});
  const near = closest(key, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  const elsewhere = pathsTo(key, schema).find((path) => path.length > 0);
  if (elsewhere !== undefined) return `it belongs to ${elsewhere}`;
  return 'leave it out, or say it in a comment';
}

/** Did you mean ...?, or else the words that there are. */
export function insteadOf(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near === undefined ? `write one of ${known.join(', ')}` : `did you mean "${near}"?`;
}

function add(path: Path, here: JsonSchema | undefined): string {
  const field = String(path.at(-1));
  if (here === undefined) return `add ${field}`;
  return `add "${field}: ${isSourced(here) ? `{ value: ${inWords(quantityOf(here))}, assumption: why this number }` : inWords(here)}"`;
}

function ofOtherType(value: unknown, path: Path, here: JsonSchema | undefined): string {
  if (here === undefined) return 'leave it out';
  if (isSourced(here) && typeof value !== 'object') {
    return `write "{ value: ${String(value)}, assumption: why this number }"`;
  }
  if (here.type === 'number' || here.type === 'integer') return asNumber(value, path, here);
  if (here.type === 'array') return 'begin each entry with "- "';
  if (here.type === 'string' && typeof value !== 'object') return `write "${String(value)}" in quotes`;
  return `write ${inWords(here)}`;
}

const MINUTES_OF: Readonly<Record<string, number>> = {
  s: 1 / 60,
  m: 1,
  min: 1,
  minutes: 1,
  h: 60,
  hours: 60,
  d: 1440,
  days: 1440,
};

function asNumber(value: unknown, path: Path, here: JsonSchema): string {
  const [, digits, unit = ''] = /^\s*([+-]?[\d.]+)\s*([a-z%]*)\s*$/i.exec(String(value)) ?? [];
  const number = Number(digits);
  if (digits === undefined || Number.isNaN(number)) return `write ${inWords(here)}`;
  if (unit === '' && typeof value === 'number') return `write ${Math.floor(number)} or ${Math.ceil(number)}`;
  if (unit === '') return `write ${number} without quotes`;
  if (unit === '%') return `write ${number / 100}`;
  const minutes = MINUTES_OF[unit.toLowerCase()];
  const field = unitOf(path);
  if (minutes === undefined || field === undefined) return `write ${number} without a unit`;
  return `write ${Number(((number * minutes) / field.minutes).toFixed(4))}: it is counted in ${field.name}`;
}

/** The unit that a field carries in its name. */
function unitOf(path: Path): { name: string; minutes: number } | undefined {
  const field = path.map(String).findLast((step) => /(Minute|Minutes|Hours)$/i.test(step));
  if (field === undefined) return undefined;
  return /hours$/i.test(field) ? { name: 'hours', minutes: 60 } : { name: 'minutes', minutes: 1 };
}

function withinBounds(value: unknown, path: Path, here: JsonSchema | undefined): string {
  if (here === undefined) return 'write another';
  if (typeof value === 'number') {
    const { maximum, minimum, exclusiveMinimum } = here;
    if (maximum === 1 && value > 1 && value <= 100) return `write ${value / 100}, if ${value} % is meant`;
    const least = minimum ?? exclusiveMinimum;
    if (least !== undefined && value < least && -value > least) return `did you mean ${-value}?`;
  }
  if (here.type === 'array') return `add an entry to ${String(path.at(-1))}`;
  return `write ${inWords(here)}`;
}

function ofOtherForm(rule: string, value: unknown, here: JsonSchema | undefined): string {
  const text = String(value);
  if (here?.format === 'uri') return `write the whole address: "https://${text.replace(/^\/+/, '')}"`;
  const fits = (form: string) => here?.pattern !== undefined && new RegExp(here.pattern, 'u').test(form);
  const lower = text.toLowerCase();
  const near = [
    `fixes/${text.split('/').at(-1)}`,
    lower.replace(/^[a-z]+:\/\//, '').replace(/\/.*/, ''),
    lower.replaceAll(/[^a-z0-9-]+/g, '-'),
  ].find(fits);
  return near === undefined ? `write ${rule.replace(/^must be /, '')}` : `did you mean "${near}"?`;
}

function isSourced(schema: JsonSchema): boolean {
  return schema.properties?.['value'] !== undefined && schema.properties['assumption'] !== undefined;
}

function quantityOf(schema: JsonSchema): JsonSchema {
  return schema.properties?.['value'] ?? {};
}

/** Where else in the schema a field of this name stands: the maps that have it. */
function pathsTo(key: string, schema: JsonSchema, at = ''): string[] {
  const below = (child: JsonSchema, step: string) => pathsTo(key, child, at === '' ? step : `${at}.${step}`);
  const children = Object.entries(schema.properties ?? {});
  return [
    ...(schema.properties?.[key] === undefined ? [] : [at]),
    ...children.flatMap(([step, child]) => below(child, step)),
    ...(schema.items ? below(schema.items, 'n') : []),
  ];
}

export function valueAt(raw: unknown, path: Path): unknown {
  let here = raw;
  for (const step of path) {
    here = typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined;
  }
  return here;
}
