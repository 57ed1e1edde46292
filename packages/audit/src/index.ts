export { AuditLogUnreadable } from './audit.errors.ts';
export type { Chained, Head } from './chain.ts';
export {
  type Checkpoint,
  checkpoint,
  isGenuine,
  type SignedCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export { type AuditLog, openAuditLog } from './open-audit-log.ts';
export { type Defect, type Verdict, verifyAuditLog } from './verify-audit-log.ts';
