import type { AuditLog } from '@blastradius/audit';
import type { Arm } from '@blastradius/contracts';
import type { AuditRecord } from '@blastradius/ledger';
import { counter } from '@blastradius/runtime';

const records = counter('blastradius.audit.records', {
  description: 'Records appended to the audit log.',
  unit: '{record}',
});
const decisions = counter('blastradius.admission.decisions', {
  description: 'Decisions of admission, by their reason.',
  unit: '{decision}',
});

/** The same log; each record that was written counts, and with it the decision that it tells of. */
export function countRecords(log: AuditLog<AuditRecord>, arm: Arm): AuditLog<AuditRecord> {
  return {
    ...log,
    append: (record) => {
      const appended = log.append(record);
      records.add(1, { 'blastradius.arm': arm });
      decisions.add(1, {
        'blastradius.arm': arm,
        'blastradius.decision': record.decision,
        'blastradius.reason': record.reason,
      });
      return appended;
    },
  };
}
