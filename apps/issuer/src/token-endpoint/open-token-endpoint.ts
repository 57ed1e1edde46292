import { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { createNestApp, type Logger } from '@blastradius/nest-kit';
import { observeHttpServer } from '@blastradius/runtime';
import { keepPeerChains } from '@blastradius/spiffe';
import { answerWhenDurable } from '../audit/answer-when-durable.ts';
import type { IssuerAuditLog } from '../audit/issuer-audit-log.ts';
import type { IssuerConfig } from '../config.ts';
import type { TokenEndpointParts } from './compose-token-endpoint.ts';
import { notKept, oauthFailure } from './oauth-failures.ts';
import { forgetUsedProofs } from './replay/forget-used-proofs.ts';
import { RequestRate } from './request/request-rate.ts';
import { tokenEndpointModule } from './token-endpoint.module.ts';

/** Four tokens of the greatest length that sidecars hand out fit many times over. */
const bodyBytesMax = 65_536;
const tokenPath = '/oauth/token';
/** Answers of the server itself, which the use case has not heard of. */
const unheardStatuses: readonly number[] = [413, 415, 429];

export interface TokenEndpoint {
  /** The issuer's own certificate has changed, or whom it is to ask certificates of. */
  readonly follow: (context: SecureContextOptions) => void;
  close(): Promise<void>;
}

interface TokenEndpointOptions {
  readonly config: IssuerConfig;
  readonly ownIdentity: SecureContextOptions;
  readonly logger: Logger;
  readonly auditLog: Pick<IssuerAuditLog, 'durable'>;
}

/**
 * Serves OAuth clients, at a port of their own: nothing of what sidecars ask is to be had here, and the
 * other way round.
 */
export async function openTokenEndpoint(
  parts: TokenEndpointParts,
  { config, ownIdentity, logger, auditLog }: TokenEndpointOptions,
): Promise<TokenEndpoint> {
  // A client without a certificate may have an assertion; what a certificate is worth is judged at each request.
  const https = { ...ownIdentity, requestCert: true, rejectUnauthorized: false };
  const app = await createNestApp(tokenEndpointModule(parts), {
    logger,
    https,
    bodyBytesMax,
    failures: oauthFailure,
  });
  // Nest's own reader would hide that a parameter occurs twice.
  app.useBodyParser(
    'application/x-www-form-urlencoded',
    { bodyLimit: bodyBytesMax },
    (_request, body, done) => done(null, body),
  );
  const fastify = app.getHttpAdapter().getInstance();
  observeHttpServer(fastify);
  const rate = new RequestRate(config.tokenEndpoint.requestsPerSecond);
  fastify.addHook('onRequest', async ({ ip }, reply) => {
    if (rate.admits(ip, performance.now())) return;
    return reply
      .status(429)
      .headers({ ...notKept, 'retry-after': '1' })
      .send({ error: 'temporarily_unavailable' });
  });
  fastify.addHook('onSend', async ({ routeOptions: { url } }, { statusCode }) => {
    if (url !== tokenPath || !unheardStatuses.includes(statusCode)) return;
    const reason = `http.${statusCode}`;
    parts.ledger.record({ event: 'access-token-refused', kind: 'access-token', reason });
  });
  fastify.addHook('onSend', answerWhenDurable(auditLog));
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new TypeError('the token endpoint is not served over TLS');
  keepPeerChains(server);
  await app.listen(config.tokenEndpoint.port, config.bindAddress);
  const forgetting = forgetUsedProofs(parts.usedProofs, parts.clock, logger);
  return {
    follow: (changed) => server.setSecureContext(changed),
    close: async () => {
      await app.close();
      await forgetting.stop();
    },
  };
}
