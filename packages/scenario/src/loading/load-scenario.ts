import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type ScenarioDocument, scenarioDocument } from '../scenario/document.ts';
import { type Provenance, provenanceOf } from '../scenario/provenance.ts';
import { allowedAt } from './allowed.ts';
import { locate } from './locate.ts';
import { ScenarioInvalid, ScenarioNotFound, type ScenarioProblem } from './scenario.errors.ts';

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, path: '', message: firstLine(error.message), allowed: 'YAML 1.2' };
    });
    throw new ScenarioInvalid(file, problems, document.errors[0]);
  }
  const raw: unknown = document.toJS();
  const parsed = scenarioDocument.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, document, lines));
    throw new ScenarioInvalid(file, problems, parsed.error);
  }
  const provenance = provenanceOf(raw);
  const dangling = [...unknownSources(parsed.data, provenance), ...missingFixes(parsed.data, folder)].map(
    ({ path, ...rest }) => ({ ...locate(document, lines, path), path: path.join('.'), ...rest }),
  );
  if (dangling.length > 0) throw new ScenarioInvalid(file, dangling);
  return { ...parsed.data, file: resolve(file), folder, provenance };
}

function readScenarioText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ScenarioNotFound(`${file} can't be read`, { publicDetail: `${file} can't be read`, cause });
  }
}

function problemsOf(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): ScenarioProblem[] {
  const allowed = allowedAt(scenarioDocument, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...locate(document, lines, issue.path, key),
      path: [...issue.path, key].join('.'),
      message: 'is not a known field',
      allowed,
    }));
  }
  const message = issue.code === 'custom' ? issue.message : firstLine(issue.message);
  return [{ ...locate(document, lines, issue.path), path: issue.path.join('.'), message, allowed }];
}

interface Dangling {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly allowed: string;
}

function unknownSources(document: ScenarioDocument, provenance: readonly Provenance[]): Dangling[] {
  const known = Object.keys(document.sources);
  return provenance
    .filter(({ kind, text }) => kind === 'source' && !known.includes(text.split(/[\s,:]/, 1)[0] ?? ''))
    .map(({ path, text }) => ({
      path: [...path.split('.').map(stepOf), 'source'],
      message: `"${text}" begins with no name of \`sources\``,
      allowed: known.join(', '),
    }));
}

function missingFixes(document: ScenarioDocument, folder: string): Dangling[] {
  return document.timeline.flatMap(({ apply }, index) =>
    apply === undefined || statSync(join(folder, apply), { throwIfNoEntry: false })?.isFile()
      ? []
      : [
          {
            path: ['timeline', index, 'apply'],
            message: `there is no file ${apply}`,
            allowed: `an .sql file below the folder of the scenario`,
          },
        ],
  );
}

const stepOf = (step: string) => (/^\d+$/.test(step) ? Number(step) : step);
const firstLine = (text: string) => text.split('\n', 1)[0] ?? text;
