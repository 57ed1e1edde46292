import { readFileSync } from 'node:fs';
import { parseSpiffeId } from '@blastradius/spiffe';
import { parse } from 'yaml';
import { z } from 'zod';
import type { FileOutput, OnChange } from './file-output.ts';
import { FIXED_NAMES } from './file-set.ts';

const path = z.string().regex(/^\/(?!.*\/\.\.?(?:\/|$))/, 'absolute, without . and ..');
const number = z.number().int().min(0).max(4_294_967_294);

const onChange = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('signal'),
    signal: z.enum(['SIGHUP', 'SIGUSR1', 'SIGUSR2']).default('SIGHUP'),
    pidFile: path,
  }),
  z.strictObject({
    kind: z.literal('command'),
    /** Program and arguments; no shell reads them. */
    command: z.tuple([path], z.string()),
    timeoutSeconds: z.number().positive().max(300).default(10),
  }),
]);

const token = z.strictObject({
  file: z
    .string()
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/)
    .refine((name) => !FIXED_NAMES.includes(name), 'the name of another file'),
  audience: z.array(z.string().min(1).max(2048)).min(1).max(32),
});

const output = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  directory: path,
  spiffeId: z
    .string()
    .refine((text) => isSpiffeId(text), 'no SPIFFE ID')
    .optional(),
  tokens: z.array(token).default([]),
  owner: number.optional(),
  group: number.optional(),
  groupReads: z.boolean().default(false),
  onChange: onChange.optional(),
});

const outputFile = z.strictObject({ outputs: z.array(output).min(1) });

/** Reads what the file writer is to write, YAML or JSON. Throws with what is wrong and where. */
export function readOutputFile(from: string): readonly FileOutput[] {
  const { outputs } = outputFile.parse(parse(readFileSync(from, 'utf8')));
  assertDistinct(
    from,
    'name',
    outputs.map(({ name }) => name),
  );
  assertDistinct(
    from,
    'directory',
    outputs.map(({ directory }) => directory.replace(/\/+$/, '')),
  );
  for (const { tokens } of outputs)
    assertDistinct(
      from,
      'file',
      tokens.map(({ file }) => file),
    );
  return Object.freeze(outputs.map(outputOf));
}

function outputOf(entry: z.infer<typeof output>): FileOutput {
  const { name, directory, spiffeId, tokens, owner, group, groupReads } = entry;
  const told: OnChange | undefined = entry.onChange;
  return Object.freeze({ name, directory, spiffeId, tokens, owner, group, groupReads, onChange: told });
}

function assertDistinct(from: string, what: string, values: readonly string[]): void {
  if (new Set(values).size < values.length) throw new TypeError(`${from}: two outputs have the same ${what}`);
}

function isSpiffeId(text: string): boolean {
  try {
    parseSpiffeId(text);
    return true;
  } catch {
    return false;
  }
}
