import { join } from 'node:path';
import { createLogger, endOnCrash, findStarter, openReadinessProbe } from '@blastradius/runtime';
import { createPopulation, loadAgentNames, loadScenario } from '@blastradius/scenario';
import { loadConfig } from './config.ts';
import { IssuerAdministration } from './issuer/issuer-administration.ts';
import { JoinFolder } from './join-tokens/join-folder.ts';
import { KeptTokens } from './join-tokens/keep-tokens.ts';
import { operate } from './operator.ts';
import { readImageDigest } from './policies/agent-image.ts';
import { readAttestedPrograms } from './policies/attested-programs.ts';
import { computePolicies, nodeOfAgent } from './policies/compute-policies.ts';

const logger = createLogger('operator');
endOnCrash(logger);
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const config = loadConfig(process.env);
const population = createPopulation(loadScenario(config.SCENARIO_FILE), {
  seed: config.SEED,
  agents: config.AGENTS,
  processes: config.PROCESSES,
});
const loadAgents = loadAgentNames(config.LOAD_AGENTS);
const nodes = [
  'network',
  'fleet',
  ...Array.from({ length: config.PROCESSES }, (_, index) => nodeOfAgent(index)),
  ...(loadAgents.length === 0 ? [] : ['load']),
];
const issuer = new IssuerAdministration(config.ISSUER_ADMIN_SOCKETS);
const tokens = new KeptTokens({
  issuer,
  folders: new Map(nodes.map((node) => [node, new JoinFolder(join(config.JOIN_FOLDER, node))])),
  ttlSeconds: config.JOIN_TOKEN_TTL_SECONDS,
  now: Date.now,
});
const stopped = new AbortController();

starter.follow(
  () => {},
  async () => {
    probe.stopping();
    stopped.abort();
    await issuer.close();
    probe.close();
  },
);
probe.started(() => tokens.isComplete);
starter.emit({ event: 'ready' });
operate({
  issuer,
  tokens,
  policies: computePolicies({
    population,
    programs: {
      ...(await readAttestedPrograms(config.ATTESTED_FOLDER, config.WORKLOAD_UID)),
      ...(await agentImage()),
    },
    networkDnsNames: config.NETWORK_DNS_NAMES,
    load: { agents: loadAgents, programSha256: config.LOAD_PROGRAM_SHA256 },
  }),
  say: (message, detail) => logger.info({ ...detail }, message),
  signal: stopped.signal,
}).catch((error: unknown) => {
  if (stopped.signal.aborted) return;
  logger.fatal({ err: error }, 'the operator can not go on');
  process.exit(1);
});

async function agentImage(): Promise<{ agentImageDigest?: string }> {
  const { DOCKER_FACTS_SOCKET: socket, AGENT_IMAGE: image } = config;
  if (socket === undefined || image === undefined) return {};
  return { agentImageDigest: await readImageDigest(socket, image) };
}
