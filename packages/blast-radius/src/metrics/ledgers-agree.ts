import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';

const disagreement = z.strictObject({
  requestId: z.string(),
  ledger: z.enum(['attacker', 'agents']),
  says: z.string(),
  auditSays: z.string(),
});

export const ledgersAgree = z.strictObject({
  checked: z.int(),
  disagreements: z.int(),
  examples: z.array(disagreement).describe('the first ten'),
});
export type LedgersAgree = z.infer<typeof ledgersAgree>;

/**
 * Two witnesses of every request: who sent it, and the network's audit. An accepted one must have
 * been allowed and answered below 400; a refused one must not. Requests without an answer are not
 * compared, and a refusal without an audit record (TLS refused the handshake) is no disagreement.
 */
export function checkLedgersAgree({ attacker, honest, auditByRequestId, dataApi }: ArmFacts): LedgersAgree {
  const thief = attacker.filter(
    ({ vector }) => vector === 'stolen-credential' || vector === 'confused-agent',
  );
  const claims = [...thief, ...honest].filter(({ outcome }) => outcome !== 'failed');
  // What agents ask the hosted backend themselves, the network never sees.
  const answered = Map.groupBy(
    dataApi
      .filter(({ role }) => role === 'caller')
      .map(({ requestId, status }) => ({ requestId, status, decision: status < 400 ? 'allowed' : 'denied' })),
    ({ requestId }) => requestId,
  );
  const disagreements = claims.flatMap(({ requestId, ledger, outcome, status }) => {
    const entries = auditByRequestId.get(requestId) ?? answered.get(requestId) ?? [];
    const wasAllowed = entries.some((entry) => entry.decision === 'allowed' && entry.status < 400);
    if (wasAllowed === (outcome === 'accepted')) return [];
    const auditSays = entries.map((entry) => `${entry.decision} ${entry.status}`).join(', ') || 'nothing';
    return [{ requestId, ledger, says: `${outcome} ${status ?? 'without status'}`, auditSays }];
  });
  return {
    checked: claims.length,
    disagreements: disagreements.length,
    examples: disagreements.slice(0, 10),
  };
}
