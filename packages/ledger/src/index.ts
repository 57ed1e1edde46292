export { type LedgerWriter, openLedger } from './append.ts';
export { credentialId } from './credential-id.ts';
export {
  type EventPlace,
  type IssuerEvent,
  issuerEventOf,
  issuerRecordOf,
} from './issuer-event/issuer-event.ts';
export { LedgerUnreadable, readLedgers, streamLedger } from './read.ts';
export {
  type AgentRecord,
  type AttackerRecord,
  type AuditRecord,
  type DataApiRecord,
  type IssuerRecord,
  type LedgerName,
  type LedgerRecord,
  ledgerRecord,
  type Outcome,
  type Presented,
  type SidecarRecord,
  type VaultRecord,
  type WorldRecord,
} from './records.ts';
