import { resolve } from 'node:path';
import { issuerAdministration } from '@blastradius/contracts';
import { askIssuer } from '../issuer/ask-issuer.ts';
import { problemLine } from './policy-file.errors.ts';
import { readPolicyFile } from './read-policy-file.ts';

/** Replaces the issuer's policies by those of the file, all or none of them. */
export async function applyPolicies(
  file: string,
  { adminSocket }: { readonly adminSocket: string },
): Promise<void> {
  const { policies, warnings } = readPolicyFile(file, undefined);
  for (const warning of warnings) process.stderr.write(`warning: ${problemLine(file, warning)}\n`);
  // The issuer checks once more: it alone knows its trust domain and its lifetimes.
  const { policies: applied } = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'PUT',
    path: '/admin/policies',
    body: { policies },
    answer: issuerAdministration.policiesReplaced,
  });
  process.stdout.write(`${applied} policies count now\n`);
}
