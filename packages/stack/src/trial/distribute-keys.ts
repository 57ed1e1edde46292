import type { Arm } from '@blastradius/contracts';
import { type IncidentClock, incidentMinuteAt } from '@blastradius/kernel';
import type { World } from '../world/world.ts';
import { realSeconds } from '../world/world-setting.ts';
import type { RunningTimeline } from './timeline.ts';

/** Arms in which a new key finds its agent without a human: the operator carries it there, or it is fetched. */
export function bringsKeysByItself(arm: Arm): boolean {
  return arm === 'rotated-key' || arm === 'vaulted-key';
}

export interface KeyDistribution {
  /** Throws what went wrong. */
  end(): Promise<void>;
  stop(): void;
}

const LOOK_EVERY_MS = 100;

/**
 * Where keys are replaced on schedule: starts the schedule after the first period, and brings each new
 * key to its agent after the delay. What a reset has replaced goes the same way.
 */
export function distributeKeys(
  world: World,
  clock: IncidentClock,
  timeline: RunningTimeline,
): KeyDistribution {
  if (world.setting.arm !== 'rotated-key') return { end: async () => {}, stop: () => {} };
  const { setting, operator } = world;
  const { periodMinutes, overlapMinutes } = setting.scenario.keyRotation;
  timeline.add({
    minute: clock.startMinute + periodMinutes,
    what: 'the first rotation of the keys',
    run: () =>
      operator.startKeyRotation({
        periodSeconds: realSeconds(setting, periodMinutes),
        overlapSeconds: realSeconds(setting, overlapMinutes),
      }),
  });
  const stopped = new AbortController();
  const carrying = carryKeys(world, clock, stopped.signal);
  carrying.catch(() => {});
  return {
    end: () => {
      stopped.abort();
      return carrying;
    },
    stop: () => stopped.abort(),
  };
}

async function carryKeys(world: World, clock: IncidentClock, signal: AbortSignal): Promise<void> {
  const { setting, operator, agents } = world;
  const delayMs = realSeconds(setting, setting.scenario.keyRotation.distributionDelayMinutes) * 1000;
  const timers = new Set<NodeJS.Timeout>();
  let seenMs = clock.startedAtMs;
  while (!signal.aborted) {
    const replaced = await operator.keysReplacedAfter(seenMs);
    for (const { agent, apiKey, atMs } of replaced) {
      seenMs = Math.max(seenMs, atMs);
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          agents.tell(agent, { command: 'configure', agent, apiKey });
          const minute = Math.round(incidentMinuteAt(clock, atMs));
          setting.record({ event: 'key-delivered', subject: agent, detail: `replaced at minute ${minute}` });
        },
        Math.max(0, atMs + delayMs - Date.now()),
      );
      timers.add(timer);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  for (const timer of timers) clearTimeout(timer);
}
