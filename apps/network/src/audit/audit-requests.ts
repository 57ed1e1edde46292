import type { AuditLog } from '@blastradius/audit';
import type { Clock } from '@blastradius/kernel';
import type { AuditRecord } from '@blastradius/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nothingShown } from '../admission/judgement.ts';

/**
 * Writes every request down before its answer leaves: what was answered is in the log, whatever
 * happens next. Where the log can't be written, the answer is not sent either.
 */
export function auditRequests(server: FastifyInstance, log: AuditLog<AuditRecord>, clock: Clock): void {
  server.addHook('onSend', async (request, reply, payload) => {
    log.append(auditRecordOf(request, reply, clock.now()));
    reply.header('x-request-id', request.id);
    return payload;
  });
}

/** A request whose address can't be read reaches no route and no hook; it is written down as well. */
export function auditUnroutable(log: AuditLog<AuditRecord>, clock: Clock) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const record = auditRecordOf(request, reply, clock.now());
    log.append({ ...record, route: '(none)', reason: 'request.unroutable' });
  };
}

function auditRecordOf(request: FastifyRequest, reply: FastifyReply, now: Date): AuditRecord {
  const { judgement } = request;
  const { remoteAddress, remotePort } = request.raw.socket;
  return {
    ledger: 'audit',
    atMs: now.getTime(),
    requestId: request.id,
    method: request.method,
    route: request.is404 ? '(none)' : (request.routeOptions.url ?? '(none)'),
    // Where admission itself failed (the database is gone, say), nobody was let in.
    decision: judgement?.decision ?? 'denied',
    reason: judgement?.reason ?? 'admission.unavailable',
    agent: judgement?.agent?.name ?? null,
    ...(judgement?.shown ?? nothingShown),
    ...(judgement?.decision === 'denied' && judgement.policies ? { policies: [...judgement.policies] } : {}),
    sourceAddress: remoteAddress ?? '',
    sourcePort: remotePort ?? 0,
    status: reply.statusCode,
  };
}
