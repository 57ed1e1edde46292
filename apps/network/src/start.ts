import { renameSync, writeFileSync } from 'node:fs';
import { Server } from 'node:https';
import { openAuditLog } from '@blastradius/audit';
import { holdsKeys, modelOf, modifierOf } from '@blastradius/contracts';
import { systemClock } from '@blastradius/kernel';
import type { AuditRecord } from '@blastradius/ledger';
import { createNestApp, type Logger } from '@blastradius/nest-kit';
import { countJob, createLogger, observeHttpServer } from '@blastradius/runtime';
import { createX509Source, keepPeerChains, X509BundleSet, type X509Source } from '@blastradius/spiffe';
import type { AgentsByCredential } from './admission/agents-by-credential.ts';
import { ClientCertificates } from './admission/client-certificates.ts';
import { installAdmission } from './admission/install-admission.ts';
import { RememberedAgents } from './admission/remembered-agents.ts';
import { createTokenVerifiers } from './admission/token-verifiers.ts';
import { verification as realVerification, type Verification } from './admission/verification.ts';
import { AppRoleKeyVault } from './agents/approle-key-vault.ts';
import { noVault } from './agents/key-vault.ts';
import { LastSeen } from './agents/last-seen.ts';
import { appModule } from './app.module.ts';
import { startAuditCheckpoints } from './audit/audit-checkpoints.queue.ts';
import { AuditCheckpoints } from './audit/audit-checkpoints.ts';
import { auditRequests, auditUnroutable } from './audit/audit-requests.ts';
import { logRequests } from './audit/careless-request-log.ts';
import { countRecords } from './audit/count-records.ts';
import type { NetworkConfig } from './config.ts';
import { openDatabase } from './database/database.ts';
import { followIdentityChanges } from './database/identity-changes.ts';
import { migrate } from './database/migrate.ts';
import { moltbookFailures } from './moltbook-failures.ts';
import { startOperator } from './operator/start-operator.ts';
import { countRefusal } from './rate-limits/count-refusals.ts';
import { RateLimits } from './rate-limits/rate-limits.ts';
import { LiveConnections } from './revocation/live-connections.ts';
import { RevokeSvids } from './revocation/revoke-svids.ts';
import { sourceOptions } from './source-options.ts';
import { selfSignedTls } from './tls/self-signed-tls.ts';
import { x509SourceTls } from './tls/x509-source-tls.ts';
import { Readiness } from './web/readiness.ts';

/** For experiments only, and only in code: no configuration reaches this. */
export interface NetworkOverrides {
  /** Parts of how credentials are verified, made otherwise. */
  readonly verification?: Partial<Verification>;
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
  // Before anything is opened: with a bad policy nothing starts.
  const verification = { ...realVerification, ...overrides.verification };
  const authorize = verification.policies(config);
  const logger = createLogger('network', config.logLevel);
  await migrate(config.databaseUrl);
  const onError = (err: unknown) => logger.error({ err }, 'database failed');
  const database = openDatabase({ url: config.databaseUrl, waitMs: overrides.databaseWaitMs, onError });
  started.defer(() => database.destroy());

  const source =
    config.workloadApiAddress === null ? null : await openSource(config.workloadApiAddress, logger);
  const tls = source
    ? x509SourceTls(source, modelOf(config.arm) === 'x509-svid', logger)
    : await selfSignedTls(config.serverNames);
  started.defer(() => tls.close());
  const verify = verification.clientCertificate(() => source?.bundles() ?? new X509BundleSet());

  const log = countRecords(openAuditLog<AuditRecord>(config.ledgerFile), config.arm);
  started.defer(() => log.close());
  const lastSeen = new LastSeen(database, onError);
  started.defer(() => lastSeen.stop());
  const jobs = { url: config.jobsDatabaseUrl, prefix: config.jobsPrefix, logger, onJobEnd: countJob };
  const files = { log: config.ledgerFile, checkpoints: config.checkpointFile };
  const checkpoints = await startAuditCheckpoints(jobs, new AuditCheckpoints(files, clock));
  started.defer(() => checkpoints.stop());

  const limits = new RateLimits(config.rateLimits, config.timeScale, clock, countRefusal(config.arm));
  const vault =
    config.vault === null ? noVault : new AppRoleKeyVault(config.vault.url, config.vault.appRoleFile);
  const readiness = new Readiness(database, clock, tls.certificateEnds);
  const app = await createNestApp(appModule({ config, database, limits, readiness, vault }), {
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
  const denyList = verification.denyList();
  const certificates = new ClientCertificates({
    verify,
    clock,
    trustVersion: tls.trustVersion,
    isRevoked: (svid) => denyList.isRevoked(svid),
  });
  const connections = new LiveConnections((socket) => certificates.svidOn(socket));
  const revokeSvids =
    modifierOf(config.arm) === 'revocation-push' ? new RevokeSvids(database, denyList, connections) : null;
  await revokeSvids?.load();
  if (config.requestLogFile !== null) started.defer(logRequests(fastify, config.requestLogFile, clock));
  const verifiers = {
    ...(await createTokenVerifiers(config, { verification, source, started, logger })),
    certificates,
    origins: () => originsOf(app.getHttpServer()),
    clock,
  };
  const agents = verification.agents(database);
  const known = holdsKeys(config.arm) ? agents : rememberingAgents(agents, config, started);
  const admission = verification.admission(config, known, verifiers);
  installAdmission(fastify, { admission, limits, lastSeen, authorize });

  const operator = await startOperator({ config, database, clock, logger, vault, revokeSvids });
  started.defer(() => operator.stop());
  const server: unknown = app.getHttpServer();
  if (server instanceof Server) {
    keepPeerChains(server);
    connections.follow(server);
  }
  await app.listen({ host: config.bindAddress, port: config.port });
  if (server instanceof Server) tls.follow(server);
  started.defer(() => readiness.stop());
  const { certificatePem } = tls;
  if (config.certificateFile !== null && certificatePem !== null) {
    replaceFile(config.certificateFile, certificatePem);
  }
  return { url: await app.getUrl(), certificatePem, isReady: () => readiness.isReady() };
}

/** Where identities are proved, whose they are changes seldom, and PostgreSQL tells of it. */
function rememberingAgents(
  asked: AgentsByCredential,
  { databaseUrl: url }: NetworkConfig,
  started: AsyncDisposableStack,
): AgentsByCredential {
  const agents = new RememberedAgents(asked);
  const onHearing = (isHearing: boolean) => agents.hears(isHearing);
  started.use(followIdentityChanges({ url, onHearing, onChange: () => agents.forget() }));
  return agents;
}

/** Whoever reads it meanwhile sees the old content or the new one, and never a part. */
function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** By the address that callers use, and by its name. */
function originsOf(server: unknown): string[] {
  const address = server instanceof Server ? server.address() : null;
  if (address === null || typeof address === 'string') return [];
  return ['127.0.0.1', 'localhost'].map((host) => `https://${host}:${address.port}`);
}

async function openSource(endpoint: string, logger: Logger): Promise<X509Source> {
  return await createX509Source({ ...sourceOptions(logger), endpoint });
}
