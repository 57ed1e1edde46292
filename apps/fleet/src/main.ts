import { DomainError } from '@blastradius/kernel';
import { type AgentRecord, openLedger } from '@blastradius/ledger';
import {
  createLogger,
  endOnCrash,
  findStarter,
  openReadinessProbe,
  secretsFromFiles,
  startTelemetry,
} from '@blastradius/runtime';
import { createLifePlan, createPopulation, loadScenario } from '@blastradius/scenario';
import { createArm } from './arms/create-arm.ts';
import { loadConfig, SECRETS } from './config.ts';
import { Fleet } from './fleet.ts';
import { countAnswers } from './life/count-answers.ts';
import { HonestRequests } from './life/honest-requests.ts';

// An agent that is a process of its own imports this file from its own entry script: the path of
// that script is what the sidecar attests.
const logger = createLogger('fleet');
endOnCrash(logger);
const telemetry = await startTelemetry({ name: 'fleet', env: process.env, logger });
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const config = loadConfig(secretsFromFiles(process.env, SECRETS));
const scenario = loadScenario(config.SCENARIO_FILE);
const population = createPopulation(scenario, { seed: config.SEED, agents: config.AGENTS });
const { HOSTED: hosted } = config;
const agents = population.agents.filter(({ name, hosting }) =>
  hosted === 'multiplexed' ? hosting === 'multiplexed' : hosted.includes(name),
);
const names = new Set(agents.map(({ name }) => name));
const ledger = countAnswers(openLedger<AgentRecord>(config.LEDGER_FILE), config.ARM);
const foundings = population.submolts.flatMap((submolt, index) => {
  const founder = population.agents[index % population.agents.length]?.name ?? '';
  return names.has(founder) ? [{ founder, submolt }] : [];
});
const fleet = new Fleet({
  agents,
  foundings,
  plan: createLifePlan(scenario, population, config.SEED).filter(({ agent }) => names.has(agent)),
  endMinute: scenario.clock.endMinute,
  networkUrl: config.NETWORK_URL,
  arm: createArm(config),
  requests: new HonestRequests(ledger, config.HOSTING),
  emit: starter.emit,
});

starter.follow(
  (command) => void fleet.obey(command).catch(fail),
  async () => {
    probe.stopping();
    await fleet.stop();
    ledger.close();
    await telemetry.shutdown();
    probe.close();
  },
);
probe.started();
starter.emit({ event: 'ready' });

function fail(error: unknown): void {
  const code = error instanceof DomainError ? error.code : 'fleet.failed';
  const message = error instanceof Error ? error.message : String(error);
  logger.error({ err: error, code }, 'the fleet could not do what it was told');
  starter.emit({ event: 'failed', code, message });
}
