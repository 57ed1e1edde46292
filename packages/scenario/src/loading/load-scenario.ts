import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { type ScenarioDocument, scenarioDocument } from '../scenario/document.ts';
import { type Provenance, provenanceOf } from '../scenario/provenance.ts';
import { inWords, jsonSchemaOf, schemaAt } from './allowed.ts';
import { checkMeaning } from './check-meaning.ts';
import { locate } from './locate.ts';
import { type ParsedYaml, parseYaml } from './parse-yaml.ts';
import { readScenarioText } from './read-text.ts';
import { ScenarioInvalid, type ScenarioProblem } from './scenario.errors.ts';
import { suggest, suggestField, valueAt } from './suggest.ts';

/** A scenario, checked, with plain numbers; `apply` of a fix is relative to `folder`. */
export interface Scenario extends ScenarioDocument {
  readonly file: string;
  readonly folder: string;
  readonly provenance: readonly Provenance[];
}

/** Reads and checks a scenario file; throws `ScenarioInvalid` with every problem at once. */
export function loadScenario(file: string): Scenario {
  const text = readScenarioText(file);
  const folder = dirname(resolve(file));
  return parseScenario(text, file, folder);
}

/** The same for a text that is already there; `file` names it in errors. */
export function parseScenario(text: string, file: string, folder: string): Scenario {
  const yaml = parseYaml(text, file);
  const parsed = scenarioDocument.safeParse(yaml.raw);
  if (!parsed.success) {
    throw new ScenarioInvalid(
      file,
      parsed.error.issues.flatMap((issue) => problemsOf(issue, yaml)),
      parsed.error,
    );
  }
  const provenance = provenanceOf(yaml.raw);
  const doubts = checkMeaning(parsed.data, provenance, folder).map(({ path, allowed = '', ...rest }) => ({
    ...locate(yaml.document, yaml.lines, path),
    path: path.join('.'),
    allowed,
    ...rest,
  }));
  if (doubts.length > 0) throw new ScenarioInvalid(file, doubts);
  return { ...parsed.data, file: resolve(file), folder, provenance };
}

const schema = jsonSchemaOf(scenarioDocument);

function problemsOf(issue: z.core.$ZodIssue, { raw, document, lines }: ParsedYaml): ScenarioProblem[] {
  const here = schemaAt(schema, issue.path);
  const allowed = here === undefined ? '' : inWords(here);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...locate(document, lines, issue.path, key),
      path: [...issue.path, key].join('.'),
      message: 'is not a known field',
      suggestion: suggestField(key, issue.path, schema),
      allowed,
    }));
  }
  const value = valueAt(raw, issue.path);
  const message = value === undefined ? missing(issue) : messageOf(issue, value);
  return [
    {
      ...locate(document, lines, issue.path),
      path: issue.path.length === 0 ? '(file)' : issue.path.join('.'),
      message,
      suggestion: suggest(issue, raw, schema),
      allowed,
    },
  ];
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'custom' || issue.code === 'invalid_format') return firstLine(issue.message);
  if (issue.code === 'invalid_value' && typeof value !== 'object') return `knows no "${String(value)}"`;
  if (value === null) return 'is empty';
  if (issue.code === 'invalid_type') return `is ${kindOf(value)}`;
  if (issue.code === 'too_big') return `${shown(value)} is too much`;
  if (issue.code === 'too_small') return `${shown(value)} is too little`;
  return firstLine(issue.message);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string')
    return `the text "${value.length > 40 ? `${value.slice(0, 40)}...` : value}"`;
  return `the ${typeof value} ${String(value)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'string' ? `"${value}"` : String(value);
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? text;

/** A rule of ours says itself what is missing. */
function missing(issue: z.core.$ZodIssue): string {
  return issue.code === 'custom' ? issue.message : 'is missing';
}
