import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { tokenAdministration } from '@blastradius/contracts';
import { parse, stringify } from 'yaml';
import { askIssuer } from '../issuer/ask-issuer.ts';
import { TokenPolicyFileInvalid } from './token-policy-file.errors.ts';

const path = '/admin/token-policies';

interface Flags {
  readonly adminSocket: string;
}

/** Replaces the issuer's token policies by those of the file, all or none of them. */
export async function applyTokenPolicies(file: string, { adminSocket }: Flags): Promise<void> {
  const body = readTokenPolicies(file);
  const answer = tokenAdministration.tokenPoliciesAnswer;
  const { policies } = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'PUT',
    path,
    body,
    answer,
  });
  process.stdout.write(`${policies} token policies count now\n`);
}

export async function showTokenPolicies({ adminSocket }: Flags): Promise<void> {
  const answer = tokenAdministration.tokenPolicies;
  const policies = await askIssuer({ adminSocket: resolve(adminSocket), method: 'GET', path, answer });
  process.stdout.write(stringify(policies));
}

function readTokenPolicies(file: string) {
  const read = tokenAdministration.tokenPolicies.safeParse(parseFile(file));
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new TokenPolicyFileInvalid(`${file}: ${problems.join('; ')}`);
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TokenPolicyFileInvalid(`${file} can not be read: ${reason}`, { cause });
  }
}
