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
import { footholdOf, leakEventsOf } from './foothold.ts';
import { type IdentityPlane, policiesOf, startIdentityPlane } from './identity-plane.ts';
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
    const backend = keep(await startBackend(setting));
    const networkPort = await chooseNetworkPort(setting);
    const identity = isIdentityArm(setting.arm)
      ? keep(await startIdentityPlane(setting, policiesOf(setting, agentScript(setting)), networkPort))
      : undefined;
    const vault = setting.arm === 'vaulted-key' ? keep(await startVault(setting)) : undefined;
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
    await backend.openRest();
    const url = network.ready.url ?? '';
    const address = {
      url,
      certificatePem: network.ready.certificatePem,
      workloadApiSocket: identity?.workloadApiSocket,
      tokenIssuer: identity?.tokenIssuer,
      vault,
      dataApi: backend,
    };
    agents = keep(await startAgents(setting, address));
    const backupFile = join(setting.socketFolder, 'agent-backup.pem');
    const foothold = await footholdOf({ setting, identity, vault, agents, networkUrl: url });
    const thief = keep(await startThief(setting, { networkUrl: url, backupFile, foothold }));
    return {
      setting,
      networkUrl: url,
      agents,
      thief,
      backupFile: identity ? backupFile : null,
      leakEvents: leakEventsOf({ setting, backend, identity, agents }, foothold),
      loadEntry: {
        url: identity?.egressUrl ?? url,
        certificatePem: identity ? null : (network.ready.certificatePem ?? null),
      },
      forceRotation: identity?.forceRotation ?? null,
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
