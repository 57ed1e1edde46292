import { join } from 'node:path';
import { networkOperator } from '@blastradius/contracts';
import { startChild } from '../process/child.ts';
import { type Supervised, supervise } from '../process/supervised.ts';
import { unixOrder, unixRequest } from '../process/unix-request.ts';
import { type Agents, agentScript, startAgents } from './agents.ts';
import { type Backend, startBackend } from './backend.ts';
import { type IdentityPlane, policiesOf, startIdentityPlane } from './identity-plane.ts';
import { chooseNetworkPort, type LoadEntry } from './load-entry.ts';
import { startThief, type Thief } from './thief.ts';
import { isIdentityArm, type WorldSetting } from './world-setting.ts';

/** One complete running stack for one arm. */
export interface World {
  readonly setting: WorldSetting;
  readonly networkUrl: string;
  readonly dataApiUrl: string;
  readonly workloadApiSocket: string | undefined;
  readonly agents: Agents;
  readonly thief: Thief;
  /** The file in which a careless agent leaves its SVID and key. */
  readonly backupFile: string;
  readonly operator: NetworkOperator;
  /** Where a load generator sends to. */
  readonly loadEntry: LoadEntry;
  /** Null where there is nothing to rotate, because agents hold no SVID. */
  readonly forceRotation: IdentityPlane['forceRotation'] | null;
  administer: Backend['administer'];
  inspect: Backend['inspect'];
  kill(part: 'network' | 'issuer' | 'sidecar', signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** The network's operator, who resets keys and hands the new ones to their owners. */
export interface NetworkOperator {
  /** Null where there is nothing to reset, because agents hold no secret. */
  startKeyReset(): Promise<string | null>;
  keyReset(campaignId: string): Promise<ReturnType<typeof networkOperator.keyResetStatus.parse>>;
  /** Null as long as the campaign has not come to this agent. */
  newKeyOf(agent: string): Promise<string | null>;
  linkOwner(agent: string, owner: { x_handle: string; x_name: string; email: string }): Promise<void>;
}

/** Starts everything in the order of its dependencies; what has been started is stopped if a later part fails. */
export async function startWorld(setting: WorldSetting): Promise<World> {
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
    let agents: Agents | undefined;
    const network = keep(
      await startNetwork(setting, {
        backend,
        identity,
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
    };
    agents = keep(await startAgents(setting, address));
    const backupFile = join(setting.socketFolder, 'agent-backup.pem');
    const thief = keep(await startThief(setting, url, backupFile));
    return {
      setting,
      networkUrl: url,
      dataApiUrl: backend.url,
      workloadApiSocket: identity?.workloadApiSocket,
      agents,
      thief,
      backupFile,
      loadEntry: {
        url: identity?.egressUrl ?? url,
        certificatePem: identity ? null : (network.ready.certificatePem ?? null),
      },
      forceRotation: identity?.forceRotation ?? null,
      operator: createOperator(operatorSocket(setting)),
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

const operatorSocket = (setting: WorldSetting) => join(setting.socketFolder, 'network-operator.sock');

interface NetworkParts {
  readonly backend: Backend;
  readonly identity: IdentityPlane | undefined;
  readonly port: number | null;
  readonly onNewCertificate: (certificatePem: string) => void;
}

function startNetwork(
  setting: WorldSetting,
  { backend, identity, port, onNewCertificate }: NetworkParts,
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
          ...(identity ? { SPIFFE_ENDPOINT_SOCKET: `unix://${identity.workloadApiSocket}` } : {}),
        },
      }),
  });
}

function createOperator(socket: string): NetworkOperator {
  return {
    startKeyReset: async () => {
      const answer = await unixRequest(socket, 'POST', '/operator/key-resets');
      return answer.status === 409 ? null : networkOperator.keyResetAnswer.parse(answer.body).campaignId;
    },
    keyReset: async (campaignId) =>
      networkOperator.keyResetStatus.parse(
        await unixOrder(socket, 'GET', `/operator/key-resets/${campaignId}`),
      ),
    newKeyOf: async (agent) => {
      const path = `/operator/agents/${encodeURIComponent(agent)}/key`;
      const answer = await unixRequest(socket, 'POST', path);
      return answer.status === 409 ? null : networkOperator.ownerKeyAnswer.parse(answer.body).apiKey;
    },
    linkOwner: async (agent, owner) =>
      void (await unixOrder(socket, 'PUT', `/operator/agents/${encodeURIComponent(agent)}/owner`, owner)),
  };
}
