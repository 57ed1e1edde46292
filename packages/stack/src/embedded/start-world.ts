import { join } from 'node:path';
import { startChild } from '../process/child.ts';
import { type Supervised, supervise } from '../process/supervised.ts';
import { unixRequest } from '../process/unix-request.ts';
import { createNetworkOperator } from '../world/network-operator.ts';
import type { Agents, World } from '../world/world.ts';
import { isIdentityArm } from '../world/world-setting.ts';
import { policyEnvironment } from './agent-groups.ts';
import { agentScript, startAgents } from './agents.ts';
import { type Backend, startBackend } from './backend.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';
import { type IdentityPlane, policiesOf, startIdentityPlane } from './identity-plane.ts';
import { startCompanyProxy } from './leaks/company-proxy.ts';
import { footholdOf } from './leaks/foothold.ts';
import { leakEventsOf } from './leaks/leak-events.ts';
import { leakedFile, leakOf } from './leaks/leaked-file.ts';
import { chooseNetworkPort } from './load-entry.ts';
import { startThief } from './thief.ts';
import { startVault, type Vault, vaultEnvironment } from './vault.ts';

/** Starts everything in the order of its dependencies; what has been started is stopped if a later part fails. */
export async function startWorld(setting: EmbeddedSetting): Promise<World> {
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };
  try {
    const networkPort = await chooseNetworkPort(setting);
    const [backend, identity, vault] = await together(
      startBackend(setting).then(keep),
      isIdentityArm(setting.arm)
        ? startIdentityPlane(setting, policiesOf(setting, agentScript(setting)), networkPort).then(keep)
        : undefined,
      setting.arm === 'vaulted-key' ? startVault(setting).then(keep) : undefined,
    );
    let agents: Agents | undefined;
    const network = keep(
      await startNetwork(setting, {
        backend,
        identity,
        vault,
        port: networkPort,
        onNewCertificate: (pem) => agents?.trust(pem),
      }),
    );
    const url = network.ready.url ?? '';
    const way = leakOf(setting) === 'man-in-the-middle' ? keep(await startCompanyProxy()) : undefined;
    const address = {
      url,
      certificatePem: network.ready.certificatePem,
      workloadApiSocket: identity?.workloadApiSocket,
      tokenIssuer: identity?.tokenIssuer,
      vault,
      dataApi: backend,
      proxy: way && { url: way.url, certificatePem: way.interception.certificatePem },
    };
    [agents] = await together(startAgents(setting, address).then(keep), backend.openRest());
    const backupFile = join(setting.socketFolder, 'agent-backup.pem');
    const foothold = await footholdOf({ setting, identity, vault, agents, networkUrl: url, way });
    const thief = keep(await startThief(setting, { networkUrl: url, backupFile, foothold }));
    return {
      setting,
      networkUrl: url,
      agents,
      thief,
      backupFile: identity ? backupFile : null,
      leakEvents: leakEventsOf({ setting, backend, identity, agents, way }),
      loadEntry: {
        url: identity?.egressUrl ?? url,
        certificatePem: identity ? null : (network.ready.certificatePem ?? null),
      },
      forceRotation: identity?.forceRotation ?? null,
      denyEntries: identity?.denyEntries ?? null,
      authorities: identity ?? null,
      issuerOutage: identity?.issuerOutage ?? null,
      vault: vault ?? null,
      operator: createNetworkOperator((...call) => unixRequest(operatorSocket(setting), ...call)),
      administer: backend.administer,
      inspect: backend.inspect,
      kill: (part, signal) => (part === 'network' ? network.kill(signal) : identity?.kill(part, signal)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing is left starting where another part has failed: what started can then be stopped. */
async function together<T extends readonly unknown[]>(
  ...parts: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

const operatorSocket = (setting: EmbeddedSetting) => join(setting.socketFolder, 'network-operator.sock');

interface NetworkParts {
  readonly backend: Backend;
  readonly identity: IdentityPlane | undefined;
  readonly vault: Vault | undefined;
  /** Null where any free one will do. */
  readonly port: number | null;
  readonly onNewCertificate: (certificatePem: string) => void;
}

function startNetwork(
  setting: EmbeddedSetting,
  { backend, identity, vault, port, onNewCertificate }: NetworkParts,
): Promise<Supervised> {
  const { requestsPerMinute, postMinutes, commentsPerHour } = setting.scenario.rateLimits;
  return supervise({
    name: 'network',
    record: setting.record,
    onRestarted: (ready) => ready.certificatePem && onNewCertificate(ready.certificatePem),
    start: async (onEvent, previous) =>
      startChild({
        name: 'network',
        command: process.execPath,
        args: [setting.apps.network],
        logFile: join(setting.logFolder, 'network.log'),
        onEvent,
        env: {
          ARM: setting.arm,
          PORT: previous?.url ? new URL(previous.url).port : String(port ?? 0),
          DATABASE_URL: backend.databaseUrl,
          LEDGER_FILE: join(setting.ledgerFolder, 'audit.jsonl'),
          CHECKPOINT_FILE: join(setting.ledgerFolder, '..', 'audit-checkpoints.json'),
          ...(leakOf(setting) === 'request-logs' ? { REQUEST_LOG_FILE: leakedFile(setting) } : {}),
          TIME_SCALE: String(setting.timeScale),
          OPERATOR_SOCKET: operatorSocket(setting),
          DATA_API_URL: backend.url,
          PUBLISHABLE_KEY: backend.publishableKey,
          TRUST_DOMAIN: setting.scenario.identity.trustDomain,
          RATE_LIMITS: JSON.stringify({ requestsPerMinute, minutesPerPost: postMinutes, commentsPerHour }),
          ...policyEnvironment(setting),
          ...vaultEnvironment(setting, vault, 'network'),
          ...(identity ? { SPIFFE_ENDPOINT_SOCKET: `unix://${identity.workloadApiSocket}` } : {}),
          ...(identity?.tokenIssuer
            ? {
                TOKEN_ISSUER: identity.tokenIssuer,
                TOKEN_KEYS_REFRESH_SECONDS: String(identity.refreshHintSeconds),
              }
            : {}),
        },
      }),
  });
}
