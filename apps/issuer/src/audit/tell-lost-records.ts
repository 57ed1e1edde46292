import type { Head } from '@blastradius/audit';
import type { Logger } from '@blastradius/nest-kit';
import type { AuditStore } from './audit-store.ts';

interface OwnLog {
  readonly source: string;
  readonly durableHead: Head;
}

/**
 * Says so where the log is shorter than its last checkpoint. The issuer goes on: its new records are
 * worth having, and `blastradius audit verify` finds the gap from now on, whatever is appended.
 */
export async function tellLostRecords(
  log: OwnLog,
  store: Pick<AuditStore, 'newestCheckpoints'>,
  logger: Pick<Logger, 'error'>,
): Promise<void> {
  const newest = (await store.newestCheckpoints()).find((one) => one.log === log.source);
  const { sequence } = log.durableHead;
  if (newest === undefined || newest.sequence <= sequence) return;
  logger.error(
    { log: log.source, records: sequence, checkpoint: newest.sequence },
    'the audit log has lost records that a checkpoint vouches for: it was cut off, or an older copy was put in its place',
  );
}
