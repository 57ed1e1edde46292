import { randomUUID } from 'node:crypto';
import { type LedgerWriter, openLedger, type VaultRecord } from '@blastradius/ledger';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What it has to know of a request. */
export interface AuditedRequests {
  pathOf(request: FastifyRequest): string;
  /** Whose token it came with. */
  roleOf(request: FastifyRequest): string | null;
}

/** In the place of Vault's audit devices: one line an answer, before it leaves. Nothing secret is in it. */
export function auditTo(ledgerFile: string, app: FastifyInstance, { pathOf, roleOf }: AuditedRequests): void {
  const ledger: LedgerWriter<VaultRecord> = openLedger(ledgerFile);
  app.addHook('onSend', async (request, reply, payload) => {
    ledger.append({
      ledger: 'vault',
      atMs: Date.now(),
      requestId: randomUUID(),
      method: request.method,
      path: pathOf(request),
      role: roleOf(request),
      status: reply.statusCode,
      sourcePort: request.raw.socket.remotePort ?? 0,
    });
    return payload;
  });
  app.addHook('onClose', async () => ledger.close());
}
