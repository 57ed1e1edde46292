import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessEvent } from '@blastradius/contracts';
import { type Child, startChild, untilEvent } from '../process/child.ts';
import { type Agents, sumCounts } from '../world/world.ts';
import type { Backend } from './backend.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';
import { audienceOf, hasRowsByIdentity } from './rows-by-identity.ts';
import { type Vault, vaultEnvironment } from './vault.ts';

/** How an agent finds the network, and by what it knows that it is the network. */
export interface NetworkAddress {
  readonly url: string;
  /** The server's own certificate, where it is a plain web server. */
  readonly certificatePem?: string | undefined;
  /** The Workload API, where identities come from there. */
  readonly workloadApiSocket?: string | undefined;
  /** The authorization server, where agents show access tokens. */
  readonly tokenIssuer?: string | undefined;
  /** Where keys are fetched from. */
  readonly vault?: Vault | undefined;
  /** The hosted backend, where agents are known there. */
  readonly dataApi?: Pick<Backend, 'url' | 'publishableKey' | 'certificatePem'> | undefined;
  /** A proxy in the way of half of the agents, and what agents with keys were told to trust beside the network. */
  readonly proxy?: { readonly url: string; readonly certificatePem: string } | undefined;
}

/**
 * The script of an agent that is a process of its own. Its folder is the agent's name, so that
 * the path of the script, which the sidecar attests, says which agent it is.
 */
export function agentScript(setting: EmbeddedSetting): { pattern: string; content: string; folder: string } {
  const folder = join(setting.socketFolder, 'agents');
  return {
    folder,
    pattern: join(folder, '{agent}', 'agent.mjs'),
    content: `import ${JSON.stringify(setting.apps.fleet)};\n`,
  };
}

export async function startAgents(setting: EmbeddedSetting, network: NetworkAddress): Promise<Agents> {
  const own = setting.population.agents
    .filter((agent) => agent.hosting === 'process')
    .map((agent) => agent.name);
  const script = agentScript(setting);
  const started = await Promise.all([
    startHost({ setting, network, name: 'agent-host', entry: setting.apps.fleet, hosting: 'multiplexed' }),
    ...own.map((agent) => {
      mkdirSync(join(script.folder, agent), { recursive: true, mode: 0o700 });
      const entry = join(script.folder, agent, 'agent.mjs');
      writeFileSync(entry, script.content, { mode: 0o600 });
      return startHost({ setting, network, name: `agent-${agent}`, entry, hosting: 'process', agent });
    }),
  ]);
  const hostOf = new Map(own.map((agent, index) => [agent, started[index + 1]]));
  const everywhere = (command: Parameters<Child['send']>[0]) => {
    for (const host of started) host.child.send(command);
  };
  return {
    ownProcesses: own.length,
    enrol: async () => {
      everywhere({ command: 'enrol' });
      const counts = await Promise.all(started.map((host) => host.enrolled));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    live: (clock) => everywhere({ command: 'live', clock }),
    tell: (agent, command) => (hostOf.get(agent) ?? started[0])?.child.send(command),
    retire: async (agent) => {
      const own = hostOf.get(agent);
      if (own) await own.child.stop();
      else started[0]?.child.send({ command: 'retire', agent });
    },
    trust: (certificatePem) =>
      everywhere({ command: 'trust', certificatePem: trusted({ ...network, certificatePem }) ?? '' }),
    done: Promise.all(started.map((host) => host.done)).then(() => {}),
    counts: () => sumCounts(started.map((host) => host.counts())),
    pids: started.map((host) => host.child.pid),
    stop: async () => void (await Promise.all(started.map((host) => host.child.stop()))),
  };
}

function dataApiEnvironment(setting: EmbeddedSetting, { dataApi }: NetworkAddress): Record<string, string> {
  if (!dataApi || !hasRowsByIdentity(setting)) return {};
  const { url, publishableKey, certificatePem } = dataApi;
  return { DATA_API: JSON.stringify({ url, publishableKey, certificatePem, audience: audienceOf(setting) }) };
}

/** The company tells its programs to trust its inspecting proxy as they trust the network. */
function trusted({ certificatePem, proxy }: NetworkAddress): string | undefined {
  return certificatePem && `${certificatePem}${proxy?.certificatePem ?? ''}`;
}

/** Every second one: the others' life goes on. */
function behindProxy({ population }: EmbeddedSetting): string[] {
  return population.agents.filter(({ index }) => index % 2 === 0).map(({ name }) => name);
}

interface HostOptions {
  readonly setting: EmbeddedSetting;
  readonly network: NetworkAddress;
  readonly name: string;
  readonly entry: string;
  readonly hosting: 'process' | 'multiplexed';
  readonly agent?: string;
}

async function startHost({ setting, network, name, entry, hosting, agent }: HostOptions) {
  const enrolled = Promise.withResolvers<number>();
  const done = Promise.withResolvers<void>();
  let counts: Record<string, number> = {};
  const onEvent = (event: ProcessEvent) => {
    if (event.event === 'enrolled') enrolled.resolve(event.agents);
    if (event.event === 'progress') counts = event.counts;
    if (event.event === 'done') done.resolve();
    if (event.event === 'failed') enrolled.reject(new Error(`${name}: ${event.code}: ${event.message}`));
  };
  enrolled.promise.catch(() => {});
  const { trustDomain } = setting.scenario.identity;
  const { child } = await untilEvent(
    (listener) =>
      startChild({
        name,
        command: process.execPath,
        args: [entry],
        logFile: join(setting.logFolder, `${name}.log`),
        onEvent: (event) => {
          listener(event);
          onEvent(event);
        },
        env: {
          ARM: setting.arm,
          NETWORK_URL: network.url,
          ...(network.certificatePem ? { NETWORK_CERTIFICATE_PEM: trusted(network) ?? '' } : {}),
          ...(network.proxy
            ? { HTTPS_PROXY: network.proxy.url, BEHIND_PROXY: JSON.stringify(behindProxy(setting)) }
            : {}),
          ...(network.workloadApiSocket
            ? { SPIFFE_ENDPOINT_SOCKET: `unix://${network.workloadApiSocket}` }
            : {}),
          ...vaultEnvironment(setting, network.vault, name),
          ...(network.tokenIssuer ? { TOKEN_ISSUER: network.tokenIssuer } : {}),
          ...dataApiEnvironment(setting, network),
          TRUST_DOMAIN: trustDomain,
          NETWORK_SPIFFE_ID: `spiffe://${trustDomain}/network`,
          SCENARIO_FILE: setting.scenarioFile,
          SEED: setting.seed,
          LEAK: setting.leak === 'on' ? setting.leakVector : 'open-database',
          AGENTS: String(setting.population.agents.length),
          HOSTED: agent ? JSON.stringify([agent]) : 'multiplexed',
          HOSTING: hosting,
          LEDGER_FILE: join(setting.ledgerFolder, `agents-${name}.jsonl`),
        },
      }),
    'ready',
    60_000,
  );
  void child.exited.then(({ code, signal }) => {
    done.resolve();
    enrolled.reject(new Error(`${name} ended (${signal ?? code}) before its agents had enrolled`));
    if (signal) setting.record({ event: 'process-exited', subject: name, detail: signal });
  });
  return { child, enrolled: enrolled.promise, done: done.promise, counts: () => counts };
}
