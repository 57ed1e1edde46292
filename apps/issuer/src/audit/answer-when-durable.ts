import type { IssuerAuditLog } from './issuer-audit-log.ts';

/**
 * No answer leaves before what the issuer has written down of it is on the disk: one sync for all
 * requests that wait. Where it fails the caller is told that the issuer is unavailable, and gets nothing.
 */
export function answerWhenDurable(log: Pick<IssuerAuditLog, 'durable'>): () => Promise<void> {
  return () => log.durable();
}
