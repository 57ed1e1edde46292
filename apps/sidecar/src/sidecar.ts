import type { TrustBundleDocument } from '@blastradius/contracts';
import type { Clock, Random } from '@blastradius/kernel';
import { authorizeMemberOf, type MtlsOptions } from '@blastradius/spiffe';
import {
  createWorkloadAttestors,
  startBrokerApi,
  startWorkloadApi,
  type WorkloadApiLogger,
  type WorkloadAttestor,
} from '@blastradius/workload-api';
import { BrokeredStores, type BrokerStores } from './broker/brokered-stores.ts';
import { sidecarSource } from './broker/sidecar-source.ts';
import type { SidecarConfig } from './config.ts';
import type { IdentitySources } from './egress/caller-identities.ts';
import { type EgressProxy, startEgressProxy } from './egress/egress-proxy.ts';
import { startFileWriter } from './file-writer/file-writer.ts';
import { SidecarIdentityEnded } from './issuer-client/issuer-client.errors.ts';
import { IssuerClient } from './issuer-client/issuer-client.ts';
import { IssuerConnection } from './issuer-client/issuer-connection.ts';
import { joinTrustDomain } from './issuer-client/join-trust-domain.ts';
import type { SidecarIdentity } from './issuer-client/sidecar-identity.ts';
import { observeCall } from './observe-calls.ts';
import { recordRefusals } from './refused-calls.ts';
import { countRenewal, type RenewalOutcome } from './rotation/count-renewals.ts';
import { isOutage } from './rotation/is-outage.ts';
import { watchPolicies } from './rotation/policy-watch.ts';
import { replaceAtMs } from './rotation/replacement-time.ts';
import { RetryPause } from './rotation/retry-pause.ts';
import { ScheduledTask } from './rotation/scheduled-task.ts';
import { Turns } from './rotation/turns.ts';
import { Entitlements } from './svid-store/entitlements.ts';
import { JwtStore } from './svid-store/jwt-store.ts';
import { measureSvids } from './svid-store/measure-svids.ts';
import { SvidStore } from './svid-store/svid-store.ts';
import { TrustBundles } from './svid-store/trust-bundles.ts';
import { WitStore } from './svid-store/wit-store.ts';

const POLL_SHARE = 0.7;
/** While the issuer signs one batch, the keys of the next are made. */
const MINTING_AT_ONCE = 2;

export interface SidecarOptions {
  readonly config: SidecarConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: WorkloadApiLogger;
  /** The sidecar can't go on by itself: its own SVID has ended. Called once. */
  readonly onEnd: (error: SidecarIdentityEnded) => void;
}

export interface Sidecar {
  /** Where the egress proxy listens, if there is one: `http://127.0.0.1:8090`. */
  readonly egressUrl: string | undefined;
  /** Its own SVID is valid, so that it can get identities for others, and they can reach it. */
  isReady(): boolean;
  close(): Promise<void>;
}

/** Short against the shortest lifetimes, which are a few seconds; a tick that finds nothing costs next to nothing. */
const TICK_MS = 200;

/** Joins the trust domain, then serves the Workload API and keeps everything that is held fresh. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { config, clock, random, logger } = options;
  const connection = new IssuerConnection(config.issuerUrls, config.trustDomain);
  const context = { connection, trustDomain: config.trustDomain, clock, random };
  const { identity, bundle } = await joinTrustDomain(context, config.admission, logger);
  logger.info({ notAfterMs: identity.notAfterMs }, 'joined the trust domain');

  const bundles = new TrustBundles(bundle, (trustDomain, error) =>
    logger.warn({ err: error, trustDomain }, 'federated bundle not usable'),
  );
  bundles.onChange(() => identity.trust(bundles.current.document));
  const issuer = new IssuerClient(connection, (document) => bundles.offer(document));
  const { source, jwt, wit, entitlements } = openStores(issuer, bundles, options);
  const stopMeasuring = measureSvids(wit === undefined ? [source] : [source, wit], clock);
  const attestors = createWorkloadAttestors({ ...config.attestation, logger });
  const api = await startWorkloadApi({
    socketPath: config.workloadApiSocket,
    trustDomain: config.trustDomain,
    source,
    attestors,
    jwt,
    wit,
    logger,
    clock,
    onCall: recordRefusals(config.ledgerFile, observeCall),
  });
  const brokered = new BrokeredStores((broker) => brokerStores(issuer.onBehalfOf(broker), bundles, options));
  const brokers = await openBrokerApi(options, {
    brokered,
    attestors,
    source: sidecarSource(identity, bundles),
  });
  const egress = await openEgress(options, { x509: source, jwt }, attestors);
  const files = startFileWriter(config.fileOutputs, { x509: source, jwt, clock, random, logger });
  const tasks = [
    renewal(identity, bundles, options),
    bundlePoll(issuer, bundles, options),
    watchPolicies({
      ...options,
      nextRevision: (known) => issuer.nextPolicyRevision(known),
      onChange: () => {
        entitlements.outdate();
        for (const store of [source, wit, brokered]) store?.reconsider();
      },
      onFailure: (error, failures) => logger.warn({ err: error, failures }, 'policies not watched'),
    }),
  ];

  const ticking = setInterval(() => {
    for (const store of [source, jwt, wit, brokered]) store?.tick();
    files.tick();
    for (const task of tasks) task.tick();
    if (identity.canComeBack || clock.now().getTime() < identity.notAfterMs) return;
    clearInterval(ticking);
    options.onEnd(new SidecarIdentityEnded('the own svid ended before the issuer could be reached'));
  }, TICK_MS);

  return {
    egressUrl: egress?.url,
    isReady: () => api.isReachable && clock.now().getTime() < identity.notAfterMs,
    close: async () => {
      clearInterval(ticking);
      // While it lets requests end, the identities they were begun with are still there.
      await Promise.all([egress?.close(), api.close(), brokers?.close(), files.close()]);
      stopMeasuring();
      await connection.close();
    },
  };
}

/** What is held for workloads, a store for each profile; all of them ask for entitlements in one place. */
function openStores(client: IssuerClient, bundles: TrustBundles, options: SidecarOptions) {
  const { config, clock, random, logger } = options;
  // One each: entitlements that are had must not end the pause of tokens that are not.
  const pause = () => new RetryPause({ clock, random, isOutage });
  const entitlements = new Entitlements({ issuer: client, clock, pause: pause() });
  const issuer = {
    entitlements: entitlements.entitlements.bind(entitlements),
    mint: client.mint.bind(client),
    mintWitSvids: client.mintWitSvids.bind(client),
  };
  const onRenewal = (outcome: RenewalOutcome, svids: number) => countRenewal('workload', outcome, svids);
  const turns = new Turns(MINTING_AT_ONCE);
  const context = { issuer, entitlements, bundles, clock, random, logger, turns, onRenewal };
  return {
    entitlements,
    source: new SvidStore(context),
    jwt: new JwtStore({ ...context, issuer: client, pause: pause() }),
    wit: config.witSvids === 'on' ? new WitStore(context) : undefined,
  };
}

/** As `openStores`, for what one broker asks in the place of workloads; WIT-SVIDs are not in its API. */
function brokerStores(client: IssuerClient, bundles: TrustBundles, options: SidecarOptions): BrokerStores {
  const config = { ...options.config, witSvids: 'off' } as const;
  const { source, jwt, entitlements } = openStores(client, bundles, { ...options, config });
  return {
    x509: source,
    jwt,
    reconsider: () => {
      entitlements.outdate();
      source.reconsider();
    },
    tick: () => {
      source.tick();
      jwt.tick();
    },
  };
}

interface BrokerParts {
  readonly brokered: BrokeredStores;
  readonly attestors: readonly WorkloadAttestor[];
  readonly source: MtlsOptions['source'];
}

/** Any workload of ours may connect; whose SVIDs it may ask for is in the issuer's policies. */
async function openBrokerApi(
  { config, clock, logger }: SidecarOptions,
  { brokered, attestors, source }: BrokerParts,
): Promise<{ close(): Promise<void> } | undefined> {
  const { brokerApiSocket: socketPath, trustDomain } = config;
  if (socketPath === undefined) return undefined;
  const tls = { source, authorize: authorizeMemberOf(trustDomain), now: () => clock.now() };
  const identitiesFor = (broker: string) => brokered.of(broker);
  return startBrokerApi({ socketPath, tls, identitiesFor, attestors, logger, onCall: observeCall });
}

async function openEgress(
  { config, logger }: SidecarOptions,
  sources: IdentitySources,
  attestors: readonly WorkloadAttestor[],
): Promise<EgressProxy | undefined> {
  if (config.egress === undefined) return undefined;
  return startEgressProxy({ ...config.egress, sources, attestors, logger });
}

function renewal(identity: SidecarIdentity, bundles: TrustBundles, options: SidecarOptions): ScheduledTask {
  const { clock, random, logger } = options;
  // One that a tainted authority has signed is replaced at once, and not only at half of its life.
  const dueAtMs = () =>
    identity.isSignedByOneOf(bundles.current.taintedKeyIds)
      ? replaceAtMs(clock.now().getTime(), random.next())
      : identity.nextRenewalAtMs();
  const task = new ScheduledTask({
    ...options,
    firstDueAtMs: dueAtMs(),
    run: async () => {
      bundles.offer(await identity.renew());
      countRenewal('sidecar', 'renewed', 1);
      return dueAtMs();
    },
    lifetimeMs: () => identity.lifetimeMs,
    onFailure: (error, failures) => {
      countRenewal('sidecar', 'failed', 1);
      logger.warn({ err: error, failures }, 'own svid not renewed');
    },
  });
  bundles.onTaint(() => task.hasten(dueAtMs()));
  return task;
}

function bundlePoll(issuer: IssuerClient, bundles: TrustBundles, options: SidecarOptions): ScheduledTask {
  const nowMs = () => options.clock.now().getTime();
  return new ScheduledTask({
    ...options,
    firstDueAtMs: nowMs() + pollAfterMs(bundles.current.document),
    run: async () => {
      bundles.offer(await issuer.bundle());
      return nowMs() + pollAfterMs(bundles.current.document);
    },
    lifetimeMs: () => refreshHintMs(bundles.current.document) * 10,
    onFailure: (error, failures) => options.logger.warn({ err: error, failures }, 'bundle not polled'),
  });
}

/** Within the hint and not after it: by its end what was revoked is refused, the workloads' update included. */
function pollAfterMs(document: TrustBundleDocument): number {
  return refreshHintMs(document) * POLL_SHARE;
}

function refreshHintMs(document: TrustBundleDocument): number {
  return Math.max(document.refreshHintSeconds * 1000, TICK_MS);
}
