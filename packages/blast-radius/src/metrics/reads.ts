import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';

const readPart = z.strictObject({
  requests: z.int(),
  rows: z.int(),
  privateMessages: z.int(),
  emails: z.int(),
  thirdPartySecrets: z.int(),
});

export const reads = z.strictObject({ throughHole: readPart, withStolenCredential: readPart });
export type Reads = z.infer<typeof reads>;

/** What the thief read, by the way it took. Third-party secrets are counted once each. */
export function countReads({ attacker }: ArmFacts): Reads {
  return {
    throughHole: sumReads(attacker.filter(({ vector }) => vector === 'hole')),
    withStolenCredential: sumReads(attacker.filter(({ vector }) => vector === 'stolen-credential')),
  };
}

/**
 * Third-party secrets found on either way, each counted once by its digest: a key that stands in
 * two messages, or was read on two ways, is one key to revoke.
 */
export function thirdPartySecretsFound({ attacker }: ArmFacts): number {
  return distinctSecrets(attacker);
}

function sumReads(attempts: ArmFacts['attacker']): z.infer<typeof readPart> {
  const successful = attempts.filter(({ outcome }) => outcome === 'accepted');
  const sum = (amountOf: (attempt: ArmFacts['attacker'][number]) => number) =>
    successful.reduce((total, attempt) => total + amountOf(attempt), 0);
  return {
    requests: successful.filter(({ action }) => action === 'read').length,
    rows: sum((attempt) => (attempt.action === 'read' ? (attempt.rows ?? 0) : 0)),
    privateMessages: sum((attempt) => attempt.loot?.privateMessages ?? 0),
    emails: sum((attempt) => attempt.loot?.emails ?? 0),
    thirdPartySecrets: distinctSecrets(successful),
  };
}

function distinctSecrets(attempts: ArmFacts['attacker']): number {
  return new Set(attempts.flatMap(({ loot }) => loot?.thirdPartySecrets ?? [])).size;
}
