import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { ScenarioInvalid, type ScenarioProblem } from './scenario.errors.ts';

export interface ParsedYaml {
  readonly raw: unknown;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** What comes behind the first errors mostly follows from them. */
const SHOWN = 2;

/** Throws `ScenarioInvalid` with what YAML itself refuses, tags that nobody knows included. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const document = orTooDeep(file, () => parseDocument(text, { lineCounter: lines }));
  const errors = [...document.errors, ...document.warnings];
  // How deep the stack reaches is the machine's matter, and no place in the file.
  if (errors.some(({ message }) => message.includes('call stack'))) throw tooDeep(file, errors[0]);
  if (errors.length > 0) {
    throw new ScenarioInvalid(
      file,
      errors.slice(0, SHOWN).map((error) => problemOf(error, { document, lines, text })),
      errors[0],
    );
  }
  return { raw: contentOf(document, lines, file), document, lines };
}

function orTooDeep<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw tooDeep(file, cause);
  }
}

function tooDeep(file: string, cause: unknown): ScenarioInvalid {
  const suggestion = 'write it as a scenario has it: four levels';
  return whole(file, 'its brackets are nested too deeply', suggestion, cause);
}

/** Aliases that multiply themselves (a "billion laughs") end here, and not in memory. */
function contentOf(document: Document, lines: LineCounter, file: string): unknown {
  try {
    return orTooDeep(file, () => document.toJS({ maxAliasCount: 100 }) as unknown);
  } catch (cause) {
    if (cause instanceof ScenarioInvalid) throw cause;
    const suggestion = 'write each value where it stands, without & and *';
    const unknown = unknownAlias(document);
    if (unknown === undefined) throw whole(file, 'its aliases multiply without end', suggestion, cause);
    const { line, col } = lines.linePos(unknown.offset);
    const path = shortPathAt(document.contents, unknown.offset);
    const message = `nothing is called &${unknown.name}`;
    throw new ScenarioInvalid(file, [{ line, column: col, path, message, suggestion, allowed: '' }], cause);
  }
}

function unknownAlias(document: Document): { name: string; offset: number } | undefined {
  let found: { name: string; offset: number } | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      found = { name: alias.source, offset: alias.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

function whole(file: string, message: string, suggestion: string, cause: unknown): ScenarioInvalid {
  return new ScenarioInvalid(
    file,
    [{ line: 1, column: 1, path: '(file)', message, suggestion, allowed: '' }],
    cause,
  );
}

interface Read {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly text: string;
}

function problemOf(error: YAMLError, { document, lines, text }: Read): ScenarioProblem {
  const offset = error.pos[0];
  const { line, col } = lines.linePos(offset);
  return {
    line,
    column: col,
    path: shortPathAt(document.contents, offset),
    message:
      MESSAGES[error.code] ??
      (error.message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:$/, ''),
    suggestion:
      bracketMissing(error) ??
      SUGGESTIONS[error.code] ??
      (hasTab(text, line) ? TABS : 'see that it is YAML 1.2'),
    allowed: '',
  };
}

const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here',
  DUPLICATE_KEY: 'stands here a second time',
};
const TABS = 'indent with spaces: YAML knows no tabs there';
const SUGGESTIONS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two',
  TAB_AS_INDENT: TABS,
  BAD_INDENT: 'indent it like its neighbours',
  MULTILINE_IMPLICIT_KEY: 'begin the key on a line of its own, or put the text in quotes',
  MISSING_CHAR: 'close what is open: a bracket, a brace, a quote or a colon is missing',
  MULTIPLE_DOCS: 'keep one scenario in one file, without ---',
  BLOCK_AS_IMPLICIT_KEY: 'put text with a colon in quotes, or begin the map on a line of its own',
  UNEXPECTED_TOKEN: 'put the text in quotes',
  TAG_RESOLVE_FAILED: 'leave out the tag: a scenario is plain data',
  BAD_ALIAS: 'write the value where it stands, without *',
  BAD_SCALAR_START: 'put text that begins with @ or ` in quotes',
};

function bracketMissing({ message }: YAMLError): string | undefined {
  const [, bracket] = /end with a ([}\]])/.exec(message) ?? [];
  return bracket && `close what is open above with "${bracket}"`;
}

function hasTab(text: string, line: number): boolean {
  return /^\s*\t/.test(text.split('\n')[line - 1] ?? '');
}

function shortPathAt(node: unknown, offset: number): string {
  const steps = pathAt(node, offset).split('.');
  const path = steps.length > 8 ? `${steps.slice(0, 8).join('.')}...` : steps.join('.');
  return path === '' ? '(file)' : path;
}

/** The field in which an offset of the text lies, as far as the text could be read. */
function pathAt(node: unknown, offset: number): string {
  const step = lastBefore(node, offset);
  if (step === undefined) return '';
  const below = pathAt(step.child, offset);
  return below === '' ? step.key : `${step.key}.${below}`;
}

function lastBefore(node: unknown, offset: number): { key: string; child: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.findLast((item) => startOf(item.key) <= offset);
    return isPair(pair) && isScalar(pair.key)
      ? { key: String(pair.key.value), child: pair.value }
      : undefined;
  }
  if (isSeq(node)) {
    const index = node.items.findLastIndex((item) => startOf(item) <= offset);
    return index < 0 ? undefined : { key: String(index), child: node.items[index] };
  }
  return undefined;
}

function startOf(node: unknown): number {
  if (isPair(node)) return startOf(node.key);
  return isNode(node) ? (node.range?.[0] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
}
