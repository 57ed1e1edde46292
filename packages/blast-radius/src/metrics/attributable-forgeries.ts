import type { AuditRecord } from '@blastradius/ledger';
import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { shareOf } from './rounding.ts';

const part = z.strictObject({ count: z.int(), of: z.int(), share: z.number().nullable() });
const whole = part.extend({ withStolenCredential: part, throughHole: part });

export const attributableForgeries = z.strictObject({
  accepted: whole.describe('of the forged requests that were accepted'),
  attempted: whole.describe('of all forged requests, refused ones included'),
  byField: z
    .strictObject({ credentialId: z.int(), spiffeId: z.int(), certificateSerial: z.int() })
    .describe('attempted forged requests that this field alone tells from the agent’s own'),
});
export type AttributableForgeries = z.infer<typeof attributableForgeries>;

const fields = ['credentialId', 'spiffeId', 'certificateSerial'] as const;
type Field = (typeof fields)[number];

/**
 * From the audit log alone: which forged requests can be told from the agent's own? A field tells
 * them apart if the audit names a value there that never stands in the audit of the same agent's
 * honest requests. Without any honest request to compare with, nothing is told apart. A request
 * without an audit record (a write through the hole, a handshake that TLS refused) is not
 * attributable.
 */
export function measureAttribution(facts: ArmFacts): AttributableForgeries {
  const usual = usualValues(facts);
  const judged = facts.attacker
    .filter(({ forges, vector }) => forges && vector !== 'reconnaissance')
    .map((attempt) => {
      const entries = facts.auditByRequestId.get(attempt.requestId) ?? [];
      return {
        ...attempt,
        tellingFields: fields.filter((field) => tells(field, entries, usual.get(attempt.victim ?? ''))),
      };
    });
  const accepted = judged.filter(({ outcome }) => outcome === 'accepted');
  const byField = (field: Field) =>
    judged.filter(({ tellingFields }) => tellingFields.includes(field)).length;
  return {
    accepted: summarize(accepted),
    attempted: summarize(judged),
    byField: {
      credentialId: byField('credentialId'),
      spiffeId: byField('spiffeId'),
      certificateSerial: byField('certificateSerial'),
    },
  };
}

type UsualValues = Readonly<Record<Field, ReadonlySet<string | null>>>;

/** What the audit names for each agent's honest requests; agents without any are left out. */
function usualValues({ honest, auditByRequestId }: ArmFacts): Map<string, UsualValues> {
  const byAgent = Map.groupBy(honest, ({ agent }) => agent);
  return new Map(
    [...byAgent].flatMap(([agent, requests]): [string, UsualValues][] => {
      const entries = requests.flatMap(({ requestId }) => auditByRequestId.get(requestId) ?? []);
      const valuesOf = (field: Field) => new Set(entries.map((entry) => entry[field]));
      return entries.length === 0
        ? []
        : [
            [
              agent,
              {
                credentialId: valuesOf('credentialId'),
                spiffeId: valuesOf('spiffeId'),
                certificateSerial: valuesOf('certificateSerial'),
              },
            ],
          ];
    }),
  );
}

function tells(field: Field, entries: readonly AuditRecord[], usual: UsualValues | undefined): boolean {
  return (
    usual !== undefined && entries.some((entry) => entry[field] !== null && !usual[field].has(entry[field]))
  );
}

type Judged = ArmFacts['attacker'][number] & { readonly tellingFields: readonly Field[] };

function summarize(judged: readonly Judged[]): z.infer<typeof whole> {
  return {
    ...partOf(judged),
    withStolenCredential: partOf(judged.filter(({ vector }) => vector === 'stolen-credential')),
    throughHole: partOf(judged.filter(({ vector }) => vector === 'hole')),
  };
}

function partOf(judged: readonly Judged[]): z.infer<typeof part> {
  const count = judged.filter(({ tellingFields }) => tellingFields.length > 0).length;
  return { count, of: judged.length, share: shareOf(count, judged.length) };
}
