export { AuditLogUnreadable, AuditLogUnwritable } from './audit.errors.ts';
export type { Chained, Head } from './chain.ts';
export {
  auditKeyId,
  type Checkpoint,
  checkpoint,
  isGenuine,
  type SignedCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
export { type LogFile, openLogFile } from './log-file.ts';
export { claimOf } from './log-line.ts';
export { type AuditLog, openAuditLog } from './open-audit-log.ts';
export { type LogLine, readLogLines } from './read-log-lines.ts';
export { sealLine } from './sealed-line.ts';
export { SealedLog } from './sealed-log.ts';
export type { Defect, Finding, Verdict } from './verdict.ts';
export { type VerifyOptions, verifyAuditLog } from './verify-audit-log.ts';
