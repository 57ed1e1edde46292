import { join } from 'node:path';
import type { Thief } from '../world/world.ts';
import type { WorldSetting } from '../world/world-setting.ts';
import { untilReady } from './compose-agents.ts';
import type { Containers } from './containers.ts';

/** The attacker's container, which reaches what the internet would and nothing else. */
export async function steerThief(
  setting: WorldSetting,
  service: string,
  containers: Containers,
): Promise<Thief> {
  let counts: Record<string, number> = {};
  const done = Promise.withResolvers<void>();
  const { child } = await untilReady({
    service,
    containers,
    logFile: join(setting.logFolder, `${service}.log`),
    onEvent: (event) => {
      if (event.event === 'progress') counts = event.counts;
      if (event.event === 'done') done.resolve();
    },
  });
  void child.exited.then(() => done.resolve());
  return {
    live: (clock) => child.send({ command: 'live', clock }),
    done: done.promise,
    counts: () => counts,
    stop: () => child.stop(),
  };
}
