import { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
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
import { measureAuthority } from './authority/measure-authority.ts';
import { scheduleRotation } from './authority/rotation.queue.ts';
import type { IssuerConfig } from './config.ts';
import { openDatabase } from './database/database.ts';
import { claimDatabase, migrate } from './database/migrate.ts';
import { startFederationPolling } from './federation/federation-polling.ts';
import { composeParts, type Parts } from './parts.ts';
import { publicModule } from './public.module.ts';
import { openPublishing } from './publishing/open-publishing.ts';
import { openTokenEndpoint } from './token-endpoint/open-token-endpoint.ts';
import { startUpkeep } from './upkeep.ts';

export interface Issuer {
  readonly url: string;
  /** Where they are asked for. */
  readonly bundleEndpointUrl: string | undefined;
  readonly discoveryUrl: string | undefined;
  /** The database answers, and an authority can sign. */
  readonly isReady: () => Promise<boolean>;
  close(): Promise<void>;
}

/** 5,000 requests for certificates, or 10,000 instances of a policy, and some room. */
const bodyBytesMax = 8_388_608;

/** Starts an issuer: its state first, then its doors. What was opened is closed again when it fails. */
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
  const checkpoints = await startCheckpoints(parts, config, clock, logger);
  opened.defer(() => checkpoints.stop());
  await parts.authorities.current('x509');
  opened.defer(measureAuthority(parts.authorities, clock));

  const doors = await openDoors(parts, config, logger);
  opened.defer(doors.close);
  opened.defer(() => parts.forcedRotation.stop());

  const upkeep = startUpkeep(parts, doors.setIdentity, logger);
  opened.defer(() => upkeep.stop());
  const polling = startFederationPolling(parts.federation.store, parts.federation.refresh, logger);
  opened.defer(() => polling.stop());
  const rotation = await scheduleRotation(
    { url: config.jobsUrl, prefix: config.jobsPrefix, logger, onJobEnd: countJob },
    parts.scheduledRotation,
    config.authority.rotationSeconds,
  );
  opened.defer(() => rotation.stop());

  opened.defer(() => parts.readiness.stop());

  const running = opened.move();
  return {
    url: `https://127.0.0.1:${doors.port}`,
    bundleEndpointUrl: doors.publishing.bundleEndpointUrl,
    discoveryUrl: doors.publishing.discoveryUrl,
    isReady: () => parts.readiness.isReady(),
    close: () => running.disposeAsync(),
  };
}

/** For sidecars, for OAuth clients, for anyone who reads what is public, and for the operator. */
async function openDoors(parts: Parts, config: IssuerConfig, logger: Logger) {
  const { auditLog } = parts;
  await using opened = new AsyncDisposableStack();
  const ownIdentity = (await parts.serverIdentity.refresh()) ?? {};
  const { server, port, closePublic } = await openPublicApi(parts, config, { logger, ownIdentity });
  opened.defer(closePublic);
  const publishing = await openPublishing({ ...parts, settings: config.publishing, logger, ownIdentity });
  opened.defer(() => publishing.close());
  const tokenEndpoint =
    parts.tokenEndpoint &&
    (await openTokenEndpoint(parts.tokenEndpoint, { config, ownIdentity, logger, auditLog }));
  opened.defer(() => tokenEndpoint?.close());
  opened.defer(await openAdministration(parts, config, logger));
  const running = opened.move();
  return {
    port,
    publishing,
    setIdentity: (identity: SecureContextOptions) => {
      server.setSecureContext(identity);
      publishing.setOwnIdentity(identity);
      tokenEndpoint?.follow(identity);
    },
    close: () => running.disposeAsync(),
  };
}

async function startCheckpoints(parts: Parts, config: IssuerConfig, clock: Clock, logger: Logger) {
  const { auditLog: log, auditStore: store, auditKeys } = parts;
  const key = await auditKeys.open();
  const file = `${config.ledgerFile}.checkpoints`;
  return scheduleCheckpoints(
    new AuditCheckpoints({ log, file, store, key, clock, ...config.auditCheckpoints }),
    logger,
  );
}

interface PublicRim {
  readonly logger: Logger;
  readonly ownIdentity: SecureContextOptions;
}

async function openPublicApi(parts: Parts, config: IssuerConfig, { logger, ownIdentity }: PublicRim) {
  // Strangers get an answer, the same for all of them, rather than a broken handshake.
  const https = { ...ownIdentity, requestCert: true, rejectUnauthorized: false };
  const app = await createNestApp(publicModule(parts), { logger, https, bodyBytesMax });
  const fastify = app.getHttpAdapter().getInstance();
  observeHttpServer(fastify);
  fastify.addHook('onRequest', authenticationHook(parts.callers));
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
  const app = await createNestApp(administrationModule(parts), { logger, bodyBytesMax, keepRawBody: true });
  app.getHttpAdapter().getInstance().addHook('onSend', answerWhenDurable(parts.auditLog));
  await clearSocketPath(config.adminSocket);
  await withOwnerOnlyFiles(() => app.listen(config.adminSocket));
  return () => app.close();
}
