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
import { hostedAgents } from './hosted-agents.ts';
import { countAnswers } from './life/count-answers.ts';
import { HonestRequests } from './life/honest-requests.ts';
import { planInjection } from './life/plan-injection.ts';
import { onFileChange } from './on-file-change.ts';

// An agent that is a process of its own imports this file from its own entry script: the path of
// that script is what the sidecar attests.
const logger = createLogger('fleet');
endOnCrash(logger);
const telemetry = await startTelemetry({ name: 'fleet', env: process.env, logger });
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const config = loadConfig(secretsFromFiles(process.env, SECRETS));
const scenario = loadScenario(config.SCENARIO_FILE);
const population = createPopulation(scenario, {
  seed: config.SEED,
  agents: config.AGENTS,
  processes: config.PROCESSES,
});
const agents = hostedAgents(population, config.HOSTED);
const names = new Set(agents.map(({ name }) => name));
const ledger = countAnswers(openLedger<AgentRecord>(config.LEDGER_FILE), config.ARM);
const founders = population.agents.filter(({ role }) => role === 'writer');
const foundings = population.submolts.flatMap((submolt, index) => {
  const founder = founders[index % founders.length]?.name ?? '';
  return names.has(founder) ? [{ founder, submolt }] : [];
});
const injection = planInjection({
  attack: { ...scenario.attack, leak: config.LEAK },
  population,
  seed: config.SEED,
});
const fleet = new Fleet({
  agents,
  foundings,
  plan: createLifePlan(scenario, population, config.SEED).filter(
    (action) => names.has(action.agent) && injection.keeps(action),
  ),
  gullible: injection.gullible,
  endMinute: scenario.clock.endMinute,
  networkUrl: config.NETWORK_URL,
  arm: createArm(config),
  requests: new HonestRequests(ledger, config.HOSTING),
  emit: starter.emit,
});
const unfollowCertificate = followCertificate();

starter.follow(
  (command) => void fleet.obey(command).catch(fail),
  async () => {
    probe.stopping();
    unfollowCertificate();
    await fleet.stop();
    ledger.close();
    await telemetry.shutdown();
    probe.close();
  },
);
const isAutonomous = config.FLEET_START === 'at-once';
probe.started(() => !isAutonomous || fleet.hasEnrolled);
starter.emit({ event: 'ready' });
if (isAutonomous) void liveByItself().catch(failForGood);

/** Nobody commands: the accounts are made, and life begins now. */
async function liveByItself(): Promise<void> {
  await fleet.obey({ command: 'enrol' });
  const { startMinute } = scenario.clock;
  const clock = { startedAtMs: Date.now(), startMinute, timeScale: config.TIME_SCALE };
  await fleet.obey({ command: 'live', clock });
}

/** A network that is started anew has a new certificate of its own. */
function followCertificate(): () => void {
  const file = 'NETWORK_CERTIFICATE_PEM_FILE' in config ? config.NETWORK_CERTIFICATE_PEM_FILE : undefined;
  if (file === undefined) return () => {};
  return onFileChange(file, (certificatePem) => {
    void fleet.obey({ command: 'trust', certificatePem }).catch(fail);
  });
}

/** Without anyone who could tell it to try again, the process ends, and whoever supervises it starts another. */
function failForGood(error: unknown): void {
  fail(error);
  process.exit(1);
}

function fail(error: unknown): void {
  const code = error instanceof DomainError ? error.code : 'fleet.failed';
  const message = error instanceof Error ? error.message : String(error);
  logger.error({ err: error, code }, 'the fleet could not do what it was told');
  starter.emit({ event: 'failed', code, message });
}
