import type { IssuerAuditLog } from './issuer-audit-log.ts';

interface AnsweredRequest {
  readonly routeOptions: { readonly url?: string | undefined };
}

/** They tell whoever restarts processes how this one is, and give nothing. */
const probes: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz']);

/**
 * No answer leaves before what the issuer has written down of it is on the disk: one sync for all
 * requests that wait. Where it fails the caller is told that the issuer is unavailable, and gets nothing.
 */
export function answerWhenDurable(
  log: Pick<IssuerAuditLog, 'durable'>,
): (request: AnsweredRequest) => Promise<void> {
  return async ({ routeOptions: { url } }) => {
    if (!probes.has(url)) await log.durable();
  };
}
