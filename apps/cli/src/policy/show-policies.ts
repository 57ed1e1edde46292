import { resolve } from 'node:path';
import { issuerAdministration } from '@blastradius/contracts';
import { stringify } from 'yaml';
import { askIssuer } from '../issuer/ask-issuer.ts';

/** Prints what the issuer goes by, YAML. */
export async function showPolicies({ adminSocket }: { readonly adminSocket: string }): Promise<void> {
  const { revision, policies } = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'GET',
    path: '/admin/policies',
    answer: issuerAdministration.policiesAnswer,
  });
  process.stdout.write(`# revision ${revision}\n${stringify({ policies }, { lineWidth: 0 })}`);
}
