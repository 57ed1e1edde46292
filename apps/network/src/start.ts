import { renameSync, writeFileSync } from 'node:fs';
import { Server } from 'node:https';
import { openAuditLog } from '@blastradius/audit';
import {
  bearerSvidVerifier,
  boundSvidVerifier,
  clientCertificateVerifier,
  type VerifyClientCertificate,
} from '@blastradius/credentials';
import { systemClock } from '@blastradius/kernel';
import type { AuditRecord } from '@blastradius/ledger';
import { createNestApp, type Logger } from '@blastradius/nest-kit';
import { countJob, createLogger, observeHttpServer } from '@blastradius/runtime';
import {
  createBundleSource,
  createWitBundleSource,
  createX509Source,
  JwtBundleSet,
  keepPeerChains,
  WitBundleSet,
  X509BundleSet,
  type X509Source,
} from '@blastradius/spiffe';
import { createAdmission } from './admission/create-admission.ts';
import { installAdmission } from './admission/install-admission.ts';
import { LastSeen } from './agents/last-seen.ts';
import { appModule } from './app.module.ts';
import { startAuditCheckpoints } from './audit/audit-checkpoints.queue.ts';
import { AuditCheckpoints } from './audit/audit-checkpoints.ts';
import { auditRequests, auditUnroutable } from './audit/audit-requests.ts';
import { logRequests } from './audit/careless-request-log.ts';
import { countRecords } from './audit/count-records.ts';
import type { NetworkConfig } from './config.ts';
import { openDatabase } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { moltbookFailures } from './moltbook-failures.ts';
import { startOperator } from './operator/start-operator.ts';
import { countRefusal } from './rate-limits/count-refusals.ts';
import { RateLimits } from './rate-limits/rate-limits.ts';
import { selfSignedTls } from './tls/self-signed-tls.ts';
import { x509SourceTls } from './tls/x509-source-tls.ts';
import { Readiness } from './web/readiness.ts';

/** What clocks may differ by, in seconds of the incident: compressed as the lifetimes are. */
const LEEWAY_SECONDS = 60;

/** For experiments only, and only in code: no configuration reaches this. */
export interface NetworkOverrides {
  readonly verifyClientCertificate?: VerifyClientCertificate;
  /** How long a request may wait for a database that is away, milliseconds. */
  readonly databaseWaitMs?: number;
}

export interface RunningNetwork {
  readonly url: string;
  readonly certificatePem: string | null;
  readonly isReady: () => Promise<boolean>;
  stop(): Promise<void>;
}

/** Composes and starts the network; what is started is stopped in the opposite order. */
export async function startNetwork(
  config: NetworkConfig,
  overrides: NetworkOverrides = {},
): Promise<RunningNetwork> {
  const started = new AsyncDisposableStack();
  try {
    const network = await compose(config, overrides, started);
    return { ...network, stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function compose(config: NetworkConfig, overrides: NetworkOverrides, started: AsyncDisposableStack) {
  const clock = systemClock;
  const logger = createLogger('network', config.logLevel);
  await migrate(config.databaseUrl);
  const onError = (err: unknown) => logger.error({ err }, 'database failed');
  const database = openDatabase({ url: config.databaseUrl, waitMs: overrides.databaseWaitMs, onError });
  started.defer(() => database.destroy());

  const source =
    config.workloadApiAddress === null ? null : await openSource(config.workloadApiAddress, logger);
  const tls = source
    ? x509SourceTls(source, config.arm === 'x509-svid', logger)
    : await selfSignedTls(config.serverNames);
  started.defer(() => tls.close());
  const verify =
    overrides.verifyClientCertificate ??
    clientCertificateVerifier(() => source?.bundles() ?? new X509BundleSet());

  const log = countRecords(openAuditLog<AuditRecord>(config.ledgerFile), config.arm);
  started.defer(() => log.close());
  const lastSeen = new LastSeen(database, onError);
  started.defer(() => lastSeen.stop());
  const jobs = { url: config.jobsDatabaseUrl, prefix: config.jobsPrefix, logger, onJobEnd: countJob };
  const files = { log: config.ledgerFile, checkpoints: config.checkpointFile };
  const checkpoints = await startAuditCheckpoints(jobs, new AuditCheckpoints(files, clock));
  started.defer(() => checkpoints.stop());

  const limits = new RateLimits(config.rateLimits, config.timeScale, clock, countRefusal(config.arm));
  const readiness = new Readiness(database, clock, tls.certificateEnds);
  const app = await createNestApp(appModule({ config, database, limits, readiness }), {
    logger,
    https: tls.options,
    failures: moltbookFailures,
    bodyBytesMax: 262_144,
    onUnroutable: auditUnroutable(log, clock),
  });
  started.defer(() => app.close());
  const fastify = app.getHttpAdapter().getInstance();
  observeHttpServer(fastify);
  auditRequests(fastify, log, clock);
  if (config.requestLogFile !== null) started.defer(logRequests(fastify, config.requestLogFile, clock));
  const verifiers = {
    certificates: { verify, clock, trustVersion: tls.trustVersion },
    ...(await tokenVerifiers(config, started, logger)),
    origins: () => originsOf(app.getHttpServer()),
    clock,
  };
  installAdmission(fastify, { admission: createAdmission(config, database, verifiers), limits, lastSeen });

  const operator = await startOperator({ config, database, clock, logger });
  started.defer(() => operator.stop());
  const server: unknown = app.getHttpServer();
  if (server instanceof Server) keepPeerChains(server);
  await app.listen({ host: config.bindAddress, port: config.port });
  if (server instanceof Server) tls.follow(server);
  started.defer(() => readiness.stop());
  const { certificatePem } = tls;
  if (config.certificateFile !== null && certificatePem !== null) {
    replaceFile(config.certificateFile, certificatePem);
  }
  return { url: await app.getUrl(), certificatePem, isReady: () => readiness.isReady() };
}

/** Whoever reads it meanwhile sees the old content or the new one, and never a part. */
function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** In the arms without tokens nobody asks, and there are no bundles that would believe one. */
async function tokenVerifiers(config: NetworkConfig, started: AsyncDisposableStack, logger: Logger) {
  const { arm, workloadApiAddress: endpoint, trustDomain, timeScale } = config;
  const options = endpoint === null ? null : { ...sourceOptions(logger), endpoint };
  const bearer = options && arm === 'jwt-svid' ? started.use(await createBundleSource(options)) : null;
  const bound = options && arm === 'wit-svid' ? started.use(await createWitBundleSource(options)) : null;
  const leewaySeconds = LEEWAY_SECONDS / timeScale;
  return {
    bearerSvid: bearerSvidVerifier({
      bundles: () => bearer?.jwtBundles() ?? new JwtBundleSet(),
      audience: `spiffe://${trustDomain}/network`,
      leewaySeconds,
    }),
    boundSvid: boundSvidVerifier({ bundles: () => bound?.bundles() ?? new WitBundleSet(), leewaySeconds }),
  };
}

/** By the address that callers use, and by its name. */
function originsOf(server: unknown): string[] {
  const address = server instanceof Server ? server.address() : null;
  if (address === null || typeof address === 'string') return [];
  return ['127.0.0.1', 'localhost'].map((host) => `https://${host}:${address.port}`);
}

const sourceOptions = (logger: Logger) => ({
  timeoutMs: 60_000,
  onError: (err: unknown) => logger.warn({ err }, 'the Workload API is away; what it last gave goes on'),
});

async function openSource(endpoint: string, logger: Logger): Promise<X509Source> {
  return await createX509Source({ ...sourceOptions(logger), endpoint });
}
