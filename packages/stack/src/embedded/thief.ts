import { join } from 'node:path';
import type { Foothold } from '@blastradius/contracts';
import { startChild, untilEvent } from '../process/child.ts';
import type { Thief } from '../world/world.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';

export async function startThief(
  setting: EmbeddedSetting,
  {
    networkUrl,
    backupFile,
    foothold,
  }: { readonly networkUrl: string; readonly backupFile: string; readonly foothold: Foothold },
): Promise<Thief> {
  let counts: Record<string, number> = {};
  const done = Promise.withResolvers<void>();
  const { child } = await untilEvent(
    (listener) =>
      startChild({
        name: 'attacker',
        command: process.execPath,
        args: [setting.apps.attacker],
        logFile: join(setting.logFolder, 'attacker.log'),
        onEvent: (event) => {
          listener(event);
          if (event.event === 'progress') counts = event.counts;
          if (event.event === 'done') done.resolve();
        },
        env: {
          NETWORK_URL: networkUrl,
          SCENARIO_FILE: setting.scenarioFile,
          SEED: setting.seed,
          AGENTS: String(setting.population.agents.length),
          LEDGER_FILE: join(setting.ledgerFolder, 'attacker.jsonl'),
          EXPIRED_SVID_FILE: backupFile,
          LEAK: setting.leak,
          STRATEGY: setting.scenario.attack.strategy,
          FOOTHOLD: JSON.stringify(foothold),
        },
      }),
    'ready',
  );
  void child.exited.then(({ code, signal }) => {
    done.resolve();
    if (code !== 0)
      setting.record({ event: 'process-exited', subject: 'attacker', detail: signal ?? `code ${code}` });
  });
  return {
    live: (clock) => child.send({ command: 'live', clock }),
    done: done.promise,
    counts: () => counts,
    stop: () => child.stop(),
  };
}
