import { readFileSync } from 'node:fs';
import { type IssuancePolicy, issuerAdministration } from '@blastradius/contracts';
import { checkPolicies, type PolicyProblem, policyWarnings } from '@blastradius/issuance-policy';
import { closest } from '@blastradius/kernel';
import { allowedAt, locate } from '@blastradius/scenario';
import { type Document, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type FileProblem, PolicyFileInvalid, PolicyFileUnreadable } from './policy-file.errors.ts';

export interface PolicyFile {
  readonly policies: readonly IssuancePolicy[];
  /** What may not be meant; an issuer takes it. */
  readonly warnings: readonly FileProblem[];
}

interface Located {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** No file of policies is as large: the issuer takes eight megabytes. */
const BYTES_MAX = 8_388_608;

/** Reads and checks a file of policies, YAML or JSON. Throws `PolicyFileInvalid` with every problem at once. */
export function readPolicyFile(file: string, trustDomain: string | undefined): PolicyFile {
  return parsePolicyFile(readText(file), file, trustDomain);
}

/** The same for a text that is already there; `file` names it in errors. */
export function parsePolicyFile(text: string, file: string, trustDomain: string | undefined): PolicyFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined)
    throw new PolicyFileInvalid(
      file,
      document.errors.map((one) => unreadable(one, lines)),
      error,
    );
  const located = { document, lines };
  const parsed = issuerAdministration.policiesRequest.safeParse(contentOf(document, file));
  if (!parsed.success) {
    throw new PolicyFileInvalid(
      file,
      parsed.error.issues.flatMap((issue) => ofIssue(issue, located)),
      parsed.error,
    );
  }
  const { policies } = parsed.data;
  const problems = checkPolicies(policies, { trustDomain, ttlSecondsMax: undefined });
  if (problems.length > 0)
    throw new PolicyFileInvalid(
      file,
      problems.map((problem) => ofPolicy(problem, located)),
    );
  return { policies, warnings: policyWarnings(policies).map((problem) => ofPolicy(problem, located)) };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= BYTES_MAX) return bytes.toString();
  } catch (cause) {
    throw new PolicyFileUnreadable(`${file} can't be read`, { cause });
  }
  throw new PolicyFileUnreadable(`${file} has more than ${BYTES_MAX} bytes, which no issuer takes`);
}

/** Aliases that multiply themselves (a "billion laughs") end here, and not in memory. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new PolicyFileInvalid(
      file,
      [{ line: 1, column: 1, path: '', message: 'it has too many aliases' }],
      cause,
    );
  }
}

function unreadable(error: { pos: [number, number]; message: string }, lines: LineCounter): FileProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return { line, column: col, path: '', message: firstLine(error.message), suggestion: 'YAML 1.2 or JSON' };
}

function ofIssue(issue: z.core.$ZodIssue, { document, lines }: Located): FileProblem[] {
  const allowed = allowedAt(issuerAdministration.policiesRequest, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = allowed.replace(/^a map of /, '').split(', ');
    return issue.keys.map((key) => ({
      ...locate(document, lines, issue.path, key),
      path: [...issue.path, key].join('.'),
      message: 'is not a known field',
      suggestion: closest(key, known) ?? allowed,
    }));
  }
  const suggestion = allowed === '' ? undefined : allowed;
  const message = firstLine(issue.message);
  return [{ ...locate(document, lines, issue.path), path: issue.path.join('.'), message, suggestion }];
}

function ofPolicy(
  { policyId, path, offset, message, suggestion }: PolicyProblem,
  located: Located,
): FileProblem {
  const { line, column } = locate(located.document, located.lines, path);
  return {
    line,
    column: column + (offset === undefined ? 0 : columnsInto(located.document, path, offset)),
    path: path.join('.'),
    message: `policy ${policyId}: ${message}`,
    suggestion,
  };
}

/** How far into a text on one line an offset is; a text that YAML writes otherwise is pointed to at its beginning. */
function columnsInto(document: Document, path: readonly (string | number)[], offset: number): number {
  const node = document.getIn(path, true);
  if (!isScalar(node) || typeof node.value !== 'string' || node.source !== node.value) return 0;
  return offset + (node.type === 'PLAIN' ? 0 : 1);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
