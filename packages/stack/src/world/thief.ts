import { join } from 'node:path';
import { startChild, untilEvent } from '../process/child.ts';
import type { WorldSetting } from './world-setting.ts';

/** The attacker's process. It knows the network's public address, and nothing else of the world. */
export interface Thief {
  live(clock: { startedAtMs: number; startMinute: number; timeScale: number }): void;
  readonly done: Promise<void>;
  counts(): Record<string, number>;
  stop(): Promise<void>;
}

export async function startThief(
  setting: WorldSetting,
  networkUrl: string,
  backupFile: string,
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
