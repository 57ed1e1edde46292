import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type IssuancePolicy, issuerAdministration } from '../../packages/contracts/src/index.ts';
import { startPostgres } from '../../packages/stack/src/index.ts';
import { unixOrder } from '../../packages/stack/src/process/unix-request.ts';
import { type RunningApp, startApp, startWorker, type Worker } from './child-process.ts';
import type { Progress } from './messages.ts';
import { profiledInto } from './profile.ts';
import type { Shape } from './shape.ts';

export const trustDomain = 'bench.test';
const verifierNode = 'verifier';
const root = resolve(import.meta.dirname, '../..');

/** Sidecars ask for the bundle so often. Everyone has it, then, after as long; three times that is the standard's advice. */
export const refreshHintSeconds = 5;

/** An issuer, its database, and all who have identities of it, each a process of its own. */
export interface TrustDomain {
  readonly issuer: RunningApp;
  readonly sidecars: readonly RunningApp[];
  readonly workloads: readonly Worker<Progress>[];
  readonly verifier: Worker<{ url: string }>;
  /** Of the apps; it goes with the trust domain. */
  readonly logFolder: string;
  /** Resolves when the issuer has done its part. */
  forceRotation(publishSeconds: number): Promise<void>;
  stop(): Promise<void>;
}

export interface TrustDomainOptions {
  readonly shape: Shape;
  readonly say: (line: string) => void;
  /** Where the issuer and the first sidecar leave their CPU profiles, each in a folder of its name. */
  readonly profileFolder: string | undefined;
}

/** Resolves when every workload holds every identity. */
export async function startTrustDomain({
  shape,
  say,
  profileFolder,
}: TrustDomainOptions): Promise<TrustDomain> {
  await using opened = new AsyncDisposableStack();
  // PostgreSQL would outlive us: it has a process group of its own.
  const interrupted = () => void everything.disposeAsync().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, interrupted);
    opened.defer(() => void process.off(signal, interrupted));
  }
  let everything = opened;
  const folder = await mkdtemp(join(realpathSync(tmpdir()), 'rotation-'));
  chmodSync(folder, 0o700);
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    opened.defer(() => part.stop());
    return part;
  };
  const postgres = keep(await startPostgres());
  const adminSocket = join(folder, 'admin.sock');
  const databaseUrl = await postgres.createDatabase('issuer');
  const nodeOptions = (name: string) =>
    profileFolder === undefined ? [] : profiledInto(join(profileFolder, name));
  const issuer = keep(
    await startIssuer(folder, { adminSocket, databaseUrl, nodeOptions: nodeOptions('issuer') }),
  );
  await unixOrder(adminSocket, 'PUT', '/admin/policies', { policies: policiesFor(shape, folder) });

  const nodes = Array.from({ length: shape.sidecars }, (_, index) => `node-${index}`);
  const sidecars: RunningApp[] = [];
  for (const node of [...nodes, verifierNode]) {
    const place = { node, adminSocket, issuerUrl: issuer.url };
    const isFirst = sidecars.length === 0;
    sidecars.push(
      keep(await startSidecar(folder, { ...place, nodeOptions: isFirst ? nodeOptions('sidecar') : [] })),
    );
  }
  const socketOf = (node: string) => join(folder, `${node}.sock`);
  const verifier = keep(
    await startWorker<{ url: string }>({
      entry: scriptIn(folder, verifierNode, 'verifier-process.ts'),
      args: [socketOf(verifierNode)],
      logFile: join(folder, 'verifier.log'),
    }),
  );
  say('every workload fetches its identities for the first time ...');
  const workloads = await Promise.all(
    Array.from({ length: shape.workloads }, async (_, index) =>
      keep(
        await startWorker<Progress>({
          entry: scriptIn(folder, `workload-${index}`, 'workload-process.ts'),
          args: [String(index), `spiffe://${trustDomain}/verifier`, ...nodes.map(socketOf)],
          logFile: join(folder, `workload-${index}.log`),
        }),
      ),
    ),
  );
  const running = opened.move();
  everything = running;
  return {
    issuer,
    sidecars,
    workloads,
    verifier,
    logFolder: folder,
    forceRotation: async (publishSeconds) =>
      void (await unixOrder(adminSocket, 'POST', '/admin/authority/rotate', {
        step: 'forced',
        publishSeconds,
      })),
    stop: () => running.disposeAsync(),
  };
}

interface IssuerPlace {
  readonly adminSocket: string;
  readonly databaseUrl: string;
  readonly nodeOptions: readonly string[];
}

/** Lifetimes far longer than the bench: nothing is replaced but by order. */
function startIssuer(
  folder: string,
  { adminSocket, databaseUrl, nodeOptions }: IssuerPlace,
): Promise<RunningApp> {
  return startApp({
    nodeOptions,
    entry: join(root, 'apps/issuer/dist/main.js'),
    logFile: join(folder, 'issuer.log'),
    env: {
      TRUST_DOMAIN: trustDomain,
      DATABASE_URL: databaseUrl,
      KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ADMIN_SOCKET: adminSocket,
      X509_SVID_TTL_SECONDS: '14400',
      AUTHORITY_TTL_SECONDS: '604800',
      AUTHORITY_ROTATION_SECONDS: '86400',
      AUTHORITY_ACTIVATION_DELAY_SECONDS: '60',
      BUNDLE_REFRESH_HINT_SECONDS: String(refreshHintSeconds),
      LEDGER_FILE: join(folder, 'ledger/issuer.jsonl'),
    },
  });
}

interface SidecarPlace {
  readonly node: string;
  readonly adminSocket: string;
  readonly issuerUrl: string;
  readonly nodeOptions: readonly string[];
}

async function startSidecar(
  folder: string,
  { node, adminSocket, issuerUrl, nodeOptions }: SidecarPlace,
): Promise<RunningApp> {
  const answer = issuerAdministration.joinTokenMintAnswer.parse(
    await unixOrder(adminSocket, 'POST', '/admin/join-tokens', { node, ttlSeconds: 60 }),
  );
  return startApp({
    nodeOptions,
    entry: join(root, 'apps/sidecar/dist/main.js'),
    logFile: join(folder, `sidecar-${node}.log`),
    env: {
      ISSUER_URL: issuerUrl,
      TRUST_DOMAIN: trustDomain,
      JOIN_TOKEN: answer.joinToken,
      BOOTSTRAP_BUNDLE: answer.bundle.x509Authorities.join(','),
      WORKLOAD_API_SOCKET: join(folder, `${node}.sock`),
    },
  });
}

/** Each node has identities of its own for each of the processes, which are told by the folder of their script. */
function policiesFor({ sidecars, agents }: Shape, folder: string): IssuancePolicy[] {
  const uid = `unix:uid:${process.getuid?.()}`;
  const instances = Array.from({ length: agents }, (_, index) => `agent-${index}`);
  const ofNodes = Array.from({ length: sidecars }, (_, index) => ({
    id: `node-${index}`,
    nodes: [`node-${index}`],
    selectors: [uid, `interpreter:path:${join(folder, '{process}', 'main.mjs')}`],
    spiffeId: `spiffe://{trustDomain}/node-${index}/{process}/{instance}`,
    instances,
    dnsNames: [],
  }));
  const verifier = {
    id: 'verifier',
    nodes: [verifierNode],
    selectors: [uid, `interpreter:path:${join(folder, verifierNode, 'main.mjs')}`],
    spiffeId: 'spiffe://{trustDomain}/verifier',
    dnsNames: [],
  };
  return [...ofNodes, verifier];
}

/** A script of its own for each process: that is what attestation tells them apart by. */
function scriptIn(folder: string, name: string, source: string): string {
  mkdirSync(join(folder, name), { mode: 0o700 });
  const entry = join(folder, name, 'main.mjs');
  writeFileSync(entry, `import ${JSON.stringify(join(import.meta.dirname, source))};\n`, { mode: 0o600 });
  return entry;
}
