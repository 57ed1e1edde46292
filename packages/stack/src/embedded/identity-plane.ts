import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type IssuancePolicy, issuerAdministration } from '@blastradius/contracts';
import { withoutEntries } from '../containment/without-entries.ts';
import { startChild } from '../process/child.ts';
import { supervise } from '../process/supervised.ts';
import { unixOrder } from '../process/unix-request.ts';
import type { AuthorityOperator, IssuerOutage } from '../world/world.ts';
import { realSeconds } from '../world/world-setting.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';
import { egressEnvironment, loadPoliciesOf } from './load-entry.ts';
import { fileOutputEnvironment, fileOutputPolicies } from './rows-by-identity.ts';
import { tokenEndpointOf, tokenPolicyOf } from './token-endpoint.ts';

/** The trust domain's authority and the sidecar of this host. */
export interface IdentityPlane extends AuthorityOperator {
  /** The sidecar's egress proxy, where it has one. */
  readonly egressUrl: string | undefined;
  /** The issuer as an authorization server, where agents show access tokens. */
  readonly tokenIssuer: string | undefined;
  /** Replaces the authority, and with it every SVID; resolves when the issuer has done its part. */
  forceRotation(publishSeconds: number): Promise<void>;
  denyEntries(agents: readonly string[]): Promise<void>;
  readonly pids: { issuer(): number; sidecar(): number };
  kill(part: 'issuer' | 'sidecar', signal: NodeJS.Signals): void;
  readonly issuerOutage: IssuerOutage;
  stop(): Promise<void>;
}

export async function startIdentityPlane(
  setting: EmbeddedSetting,
  policies: IssuancePolicy[],
  networkPort: number | null = null,
): Promise<IdentityPlane> {
  const adminSocket = join(setting.socketFolder, 'issuer-admin.sock');
  const workloadApiSocket = join(setting.socketFolder, 'workload-api.sock');
  const tokenEndpoint = await tokenEndpointOf(setting);
  const environment = { ...(await issuerEnvironment(setting, adminSocket)), ...tokenEndpoint?.environment };
  const issuer = await supervise({
    name: 'issuer',
    record: setting.record,
    start: async (onEvent, previous) =>
      startChild({
        name: 'issuer',
        command: process.execPath,
        args: [setting.apps.issuer],
        logFile: join(setting.logFolder, 'issuer.log'),
        onEvent,
        env: { ...environment, PORT: previous?.url ? new URL(previous.url).port : '0' },
      }),
  });
  try {
    await unixOrder(adminSocket, 'PUT', '/admin/policies', { policies });
    if (tokenEndpoint !== undefined) {
      await unixOrder(adminSocket, 'PUT', '/admin/token-policies', { policies: [tokenPolicyOf(setting)] });
    }
    const sidecar = await supervise({
      name: 'sidecar',
      record: setting.record,
      // A sidecar keeps its key in memory only: each start is a new admission, by a new token.
      start: async (onEvent, previous) => {
        await issuer.untilUp();
        const { joinToken, bundle } = await mintJoinToken(adminSocket);
        return startChild({
          name: 'sidecar',
          command: process.execPath,
          args: [setting.apps.sidecar],
          logFile: join(setting.logFolder, 'sidecar.log'),
          onEvent,
          env: {
            ISSUER_URL: issuer.ready.url ?? '',
            TRUST_DOMAIN: setting.scenario.identity.trustDomain,
            JOIN_TOKEN: joinToken,
            BOOTSTRAP_BUNDLE: bundle.x509Authorities.join(','),
            WORKLOAD_API_SOCKET: workloadApiSocket,
            WIT_SVIDS: 'on',
            LEDGER_FILE: join(setting.ledgerFolder, 'sidecar.jsonl'),
            ...fileOutputEnvironment(setting),
            ...egressEnvironment(setting, networkPort),
            ...(previous?.egressUrl ? { EGRESS_PORT: new URL(previous.egressUrl).port } : {}),
          },
        });
      },
    });
    return {
      workloadApiSocket,
      egressUrl: sidecar.ready.egressUrl,
      tokenIssuer: tokenEndpoint?.issuer,
      forceRotation: async (publishSeconds) =>
        void (await unixOrder(adminSocket, 'POST', '/admin/authority/rotate', {
          step: 'forced',
          publishSeconds,
        })),
      denyEntries: async (agents) =>
        void (await unixOrder(adminSocket, 'PUT', '/admin/policies', {
          policies: withoutEntries(policies, agents, ownProcesses(setting)),
        })),
      refreshHintSeconds: refreshHintSeconds(setting),
      order: async (step, kind) =>
        void (await unixOrder(adminSocket, 'POST', '/admin/authority/rotate', { step, kind })),
      pids: { issuer: () => issuer.pid, sidecar: () => sidecar.pid },
      kill: (part, signal) => (part === 'issuer' ? issuer : sidecar).kill(signal),
      issuerOutage: { begin: () => issuer.holdDown(), end: () => issuer.resume() },
      stop: async () => {
        await sidecar.stop();
        await issuer.stop();
        await setting.postgres.dropDatabase(issuerDatabase(setting), [issuerDatabase(setting)]);
      },
    };
  } catch (error) {
    await issuer.stop();
    throw error;
  }
}

async function mintJoinToken(adminSocket: string) {
  const answer = await unixOrder(adminSocket, 'POST', '/admin/join-tokens', {
    node: 'range',
    ttlSeconds: 60,
  });
  return issuerAdministration.joinTokenMintAnswer.parse(answer);
}

/** Short beside a run; a load that leads keys through their life sets it. */
function refreshHintSeconds({ loadGenerator }: EmbeddedSetting): number {
  return loadGenerator?.tokenAgents?.refreshHintSeconds ?? 1;
}

const issuerDatabase = ({ databaseSuffix }: EmbeddedSetting) => `issuer_${databaseSuffix}`;

async function issuerEnvironment(
  setting: EmbeddedSetting,
  adminSocket: string,
): Promise<Record<string, string>> {
  const { identity } = setting.scenario;
  const rolePassword = randomBytes(18).toString('base64url');
  // Each world has a trust domain of its own, though worlds share the server.
  const name = issuerDatabase(setting);
  await setting.postgres.query('postgres', `create role ${name} login password '${rolePassword}'`);
  await setting.postgres.createDatabase(name, name);
  return {
    TRUST_DOMAIN: identity.trustDomain,
    DATABASE_URL: setting.postgres.url(name, { name, password: rolePassword }),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_SOCKET: adminSocket,
    X509_SVID_TTL_SECONDS: String(realSeconds(setting, identity.svidTtlMinutes)),
    ...(identity.jwtSvidTtlMinutes === undefined
      ? {}
      : { JWT_SVID_TTL_SECONDS: String(realSeconds(setting, identity.jwtSvidTtlMinutes)) }),
    AUTHORITY_TTL_SECONDS: String(realSeconds(setting, identity.authorityTtlHours * 60)),
    AUTHORITY_ROTATION_SECONDS: String(realSeconds(setting, identity.authorityRotationMinutes)),
    AUTHORITY_ACTIVATION_DELAY_SECONDS: String(realSeconds(setting, identity.activationDelayMinutes)),
    BUNDLE_REFRESH_HINT_SECONDS: String(refreshHintSeconds(setting)),
    LEDGER_FILE: join(setting.ledgerFolder, 'issuer.jsonl'),
  };
}

/**
 * Who may have which identity: the network's own program, the program that carries many agents
 * (one SVID for each agent that it hosts, and for no other), and each agent that is a process of
 * its own, told by the folder its script lies in.
 */
export function policiesOf(
  setting: EmbeddedSetting,
  agentScript: { pattern: string; content: string },
): IssuancePolicy[] {
  const runtime = [
    `unix:uid:${process.getuid?.()}`,
    `unix:path:${realpathSync(process.execPath)}`,
    `unix:sha256:${sha256(readFileSync(process.execPath))}`,
  ];
  const script = (file: string) => [
    ...runtime,
    `interpreter:path:${file}`,
    `interpreter:sha256:${sha256(readFileSync(file))}`,
  ];
  const hosted = setting.population.agents.filter((agent) => agent.hosting === 'multiplexed');
  return [
    {
      id: 'network',
      selectors: script(setting.apps.network),
      spiffeId: 'spiffe://{trustDomain}/network',
      dnsNames: ['localhost'],
    },
    {
      id: 'agent-host',
      selectors: script(setting.apps.fleet),
      spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
      instances: hosted.map((agent) => agent.name),
      dnsNames: [],
    },
    {
      id: 'agent-process',
      selectors: [
        ...runtime,
        `interpreter:path:${agentScript.pattern}`,
        `interpreter:sha256:${sha256(agentScript.content)}`,
      ],
      spiffeId: 'spiffe://{trustDomain}/agent/{agent}',
      dnsNames: [],
    },
    ...fileOutputPolicies(setting),
    ...(setting.loadGenerator ? loadPoliciesOf(setting.loadGenerator) : []),
  ];
}

function ownProcesses({ population }: EmbeddedSetting): string[] {
  return population.agents.filter(({ hosting }) => hosting === 'process').map(({ name }) => name);
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
