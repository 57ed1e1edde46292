import { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@blastradius/kernel';
import { createNestApp, type Logger } from '@blastradius/nest-kit';
import { countJob, observeHttpServer } from '@blastradius/runtime';
import { keepPeerChains } from '@blastradius/spiffe';
import { administrationModule } from './administration.module.ts';
import { clearSocketPath, withOwnerOnlyFiles } from './administration-socket.ts';
import { authenticationHook } from './attestation/authentication-hook.ts';
import { answerWhenDurable } from './audit/answer-when-durable.ts';
import { AuditCheckpoints } from './audit/audit-checkpoints.ts';
import { scheduleCheckpoints } from './audit/checkpoint-schedule.ts';
import { openIssuerAuditLog } from './audit/issuer-audit-log.ts';
import { measureAudit } from './audit/measure-audit.ts';
import { tellLostRecords } from './audit/tell-lost-records.ts';
import { measureAuthority } from './authority/measure-authority.ts';
import { scheduleRotation } from './authority/rotation.queue.ts';
import type { IssuerConfig } from './config.ts';
import { openDatabase } from './database/database.ts';
import { claimDatabase, migrate } from './database/migrate.ts';
import { composeParts, type Parts } from './parts.ts';
import { publicModule } from './public.module.ts';
import { startUpkeep } from './upkeep.ts';

export interface Issuer {
  readonly url: string;
  /** The database answers, and an authority can sign. */
  readonly isReady: () => Promise<boolean>;
  close(): Promise<void>;
}

/** 5,000 requests for certificates, or 10,000 instances of a policy, and some room. */
const bodyBytesMax = 8_388_608;

/** Starts an issuer: its state first, then both doors. What was opened is closed again when it fails. */
export async function startIssuer(config: IssuerConfig, clock: Clock, logger: Logger): Promise<Issuer> {
  await using opened = new AsyncDisposableStack();
  await migrate(config.databaseUrl);
  const database = openDatabase(config.databaseUrl, (err) =>
    logger.error({ err }, 'database connection lost'),
  );
  opened.defer(() => database.end());
  await claimDatabase(database, config.trustDomain);

  const auditLog = openIssuerAuditLog(config.ledgerFile, config.trustDomain);
  opened.defer(() => auditLog.close());
  const parts = composeParts(config, database, auditLog, clock);
  await parts.agreedClock.compare();
  const checkpoints = await startCheckpoints(parts, config, clock, logger);
  opened.defer(() => checkpoints.stop());
  await parts.authorities.current('x509');
  opened.defer(measureAudit(auditLog));
  opened.defer(measureAuthority(parts.authorities, clock));

  const { server, port, closePublic } = await openPublicApi(parts, config, logger);
  opened.defer(closePublic);
  opened.defer(await openAdministration(parts, config, logger));
  opened.defer(() => parts.forcedRotation.stop());

  const upkeep = startUpkeep(parts, (context) => server.setSecureContext(context), logger);
  opened.defer(() => upkeep.stop());
  const rotation = await scheduleRotation(
    { url: config.jobsUrl, prefix: config.jobsPrefix, logger, onJobEnd: countJob },
    parts.scheduledRotation,
    config.authority.rotationSeconds,
  );
  opened.defer(() => rotation.stop());

  opened.defer(() => parts.readiness.stop());

  const running = opened.move();
  return {
    url: `https://127.0.0.1:${port}`,
    isReady: () => parts.readiness.isReady(),
    close: () => running.disposeAsync(),
  };
}

async function startCheckpoints(parts: Parts, config: IssuerConfig, clock: Clock, logger: Logger) {
  const { auditLog: log, auditStore: store, auditKeys } = parts;
  await tellLostRecords(log, store, logger);
  const key = await auditKeys.open();
  const file = `${config.ledgerFile}.checkpoints`;
  return scheduleCheckpoints(
    new AuditCheckpoints({ log, file, store, key, clock, ...config.auditCheckpoints }),
    logger,
  );
}

async function openPublicApi(parts: Parts, config: IssuerConfig, logger: Logger) {
  const context = await parts.serverIdentity.refresh();
  // Strangers get an answer, the same for all of them, rather than a broken handshake.
  const https = { ...context, requestCert: true, rejectUnauthorized: false };
  const app = await createNestApp(publicModule(parts), { logger, https, bodyBytesMax });
  const fastify = app.getHttpAdapter().getInstance();
  observeHttpServer(fastify);
  fastify.addHook('onRequest', authenticationHook(parts.callers, parts.agreedClock));
  fastify.addHook('onSend', answerWhenDurable(parts.auditLog));
  const server: unknown = app.getHttpServer();
  if (!(server instanceof Server)) throw new TypeError('the public API is not served over TLS');
  keepPeerChains(server);
  await app.listen(config.port, config.bindAddress);
  return { server, port: (server.address() as AddressInfo).port, closePublic: () => app.close() };
}

async function openAdministration(
  parts: Parts,
  config: IssuerConfig,
  logger: Logger,
): Promise<() => Promise<void>> {
  const app = await createNestApp(administrationModule(parts), { logger, bodyBytesMax });
  app.getHttpAdapter().getInstance().addHook('onSend', answerWhenDurable(parts.auditLog));
  await clearSocketPath(config.adminSocket);
  await withOwnerOnlyFiles(() => app.listen(config.adminSocket));
  return () => app.close();
}
