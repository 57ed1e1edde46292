import { DomainError, type IncidentClock } from '@blastradius/kernel';
import { type AttackerRecord, openLedger } from '@blastradius/ledger';
import { createLogger, endOnCrash, findStarter, openReadinessProbe } from '@blastradius/runtime';
import { createPopulation, loadScenario, tacticsOf, withStrategy } from '@blastradius/scenario';
import { loadConfig } from './config.ts';
import { Agenda } from './engine/agenda.ts';
import { Attempts } from './engine/attempts.ts';
import { assertInRange } from './engine/range-only.ts';
import { createThiefFetch, presentNothing } from './engine/thief-fetch.ts';
import { Clients } from './playbooks/moltbook/clients.ts';
import { Loot } from './playbooks/moltbook/loot.ts';
import { RogueAuthority } from './playbooks/moltbook/rogue-authority.ts';
import { play } from './playbooks/play.ts';

const PROGRESS_MS = 500;

// No telemetry: the thief is outside of the company, and tells its collector nothing.
const logger = createLogger('attacker');
endOnCrash(logger);
const starter = findStarter(process.env);
const probe = await openReadinessProbe(process.env);
const config = loadConfig(process.env);
const file = loadScenario(config.SCENARIO_FILE);
const scenario = config.STRATEGY === undefined ? file : withStrategy(file, config.STRATEGY);
const population = createPopulation(scenario, { seed: config.SEED, agents: config.AGENTS });
const ledger = openLedger<AttackerRecord>(config.LEDGER_FILE);
const attempts = new Attempts(ledger);
const clients = new Clients(await assertInRange(config.NETWORK_URL), new RogueAuthority());
const reader = presentNothing();
const stopped = new AbortController();

starter.follow(
  (command) => {
    if (command.command === 'live') void live(command.clock).catch(fail);
  },
  async () => {
    stopped.abort();
    await Promise.all([clients.close(), reader.close()]);
    ledger.close();
    probe.close();
  },
);
probe.started();
starter.emit({ event: 'ready' });

async function live(clock: IncidentClock): Promise<void> {
  const tell = () => starter.emit({ event: 'progress', phase: 'live', counts: attempts.tally.counts });
  const progress = setInterval(tell, PROGRESS_MS);
  try {
    const thief = {
      attack: scenario.attack,
      tactics: tacticsOf(scenario),
      seed: config.SEED,
      networkUrl: config.NETWORK_URL,
      fetch: createThiefFetch(reader),
      agenda: new Agenda({ clock, endMinute: scenario.clock.endMinute, signal: stopped.signal }),
      attempts,
      loot: new Loot(),
      clients,
      backupFile: config.EXPIRED_SVID_FILE,
      publicNames: population.agents.map(({ name }) => name),
      knowsHole: config.LEAK === 'on',
    };
    await play(thief, config.FOOTHOLD);
  } finally {
    clearInterval(progress);
    tell();
  }
  if (!stopped.signal.aborted) starter.emit({ event: 'done' });
}

function fail(error: unknown): void {
  const code = error instanceof DomainError ? error.code : 'attacker.failed';
  const message = error instanceof Error ? error.message : String(error);
  logger.error({ err: error, code }, 'the playbook could not go on');
  starter.emit({ event: 'failed', code, message });
  starter.emit({ event: 'done' });
}
