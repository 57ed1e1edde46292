import { gauge } from '@blastradius/runtime';

/** Tells whether what the issuer does can be written down: where not, it does nothing. Returns how to stop it. */
export function measureAudit(log: { isWritable(): boolean }): () => void {
  return gauge(
    'blastradius.issuer.audit.writable',
    { description: '1 while the audit log can be written, 0 while its disk is full or fails.', unit: '1' },
    async () => (log.isWritable() ? 1 : 0),
  );
}
