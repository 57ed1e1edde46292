import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyInvalid } from './policy.errors.ts';
import type { PolicyFile, PolicySource } from './policy-source.ts';

/** The `*.cedar` files of a folder, in the order of their names, and its one `*.cedarschema`. */
export function readPolicyFolder(folder: string): PolicySource {
  const names = namesIn(folder);
  const read = (name: string): PolicyFile => ({ name, text: readFileSync(join(folder, name), 'utf8') });
  const policies = names.filter((name) => name.endsWith('.cedar')).map(read);
  const [schema, second] = names.filter((name) => name.endsWith('.cedarschema'));
  if (schema === undefined)
    throw new PolicyInvalid(folder, 1, 'there is no *.cedarschema to check policies by');
  if (second !== undefined) throw new PolicyInvalid(second, 1, `a second schema beside ${schema}`);
  if (policies.length === 0)
    throw new PolicyInvalid(folder, 1, 'there is no *.cedar file, so nobody could do anything');
  return { schema: read(schema), policies };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PolicyInvalid(folder, 1, `the folder can't be read: ${reason}`);
  }
}
