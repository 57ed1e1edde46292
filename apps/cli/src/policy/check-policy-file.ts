import { problemLine } from './policy-file.errors.ts';
import { readPolicyFile } from './read-policy-file.ts';

/** Prints what may not be meant; throws where something is wrong. */
export function checkPolicyFile(file: string, { trustDomain }: { readonly trustDomain?: string }): void {
  const { policies, warnings } = readPolicyFile(file, trustDomain);
  for (const warning of warnings) process.stderr.write(`warning: ${problemLine(file, warning)}\n`);
  process.stdout.write(`${file}: ${policies.length} policies, nothing wrong\n`);
}
