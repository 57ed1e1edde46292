import type { AgentRecord, LedgerWriter } from '@blastradius/ledger';
import { durations } from '@blastradius/runtime';
import type { Config } from '../config.ts';

const requestDuration = durations(
  'blastradius.fleet.request.duration',
  'Duration of honest requests as the agents saw it, by what became of them.',
);

/** The same ledger; each request that was written down counts. */
export function countAnswers(
  ledger: LedgerWriter<AgentRecord>,
  arm: Config['ARM'],
): LedgerWriter<AgentRecord> {
  return {
    append: (record) => {
      ledger.append(record);
      requestDuration.record(record.latencyMs / 1000, {
        'blastradius.arm': arm,
        'blastradius.action': record.action,
        'blastradius.outcome': record.outcome,
      });
    },
    close: () => ledger.close(),
  };
}
