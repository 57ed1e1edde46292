import { z } from 'zod';
import { type Arm, holdsKeys } from './arm.ts';

/** What goes wrong in a world: by what way something comes into the wrong hands, or what stops working. */
export const leak = z.enum([
  'open-database',
  'database-dump',
  'request-logs',
  'direct-messages',
  'agent-memory',
  'sidecar-socket',
  'host-root',
  'vault-bootstrap-secret',
  'issuer-signing-key',
  'man-in-the-middle',
  'retired-agent',
  'prompt-injection',
  'issuer-outage',
]);
export type Leak = z.infer<typeof leak>;

/** Why the leak can't be played in the arm; null where it can. A sentence for the report. */
export function whyNotApplicable(arm: Arm, leak: Leak): string | null {
  const needsIdentity = needsIdentityFor[leak];
  if (needsIdentity !== undefined && holdsKeys(arm)) return needsIdentity;
  if (leak === 'vault-bootstrap-secret' && arm !== 'vaulted-key') {
    return 'no vault: no agent fetches its credential with a bootstrap secret';
  }
  return null;
}

const needsIdentityFor: Partial<Record<Leak, string>> = {
  'sidecar-socket': 'no sidecar: agents bring their keys themselves',
  'issuer-signing-key': 'no issuer: keys are random, and nothing signs them',
  'issuer-outage': 'no issuer: a key does not have to be renewed',
};
