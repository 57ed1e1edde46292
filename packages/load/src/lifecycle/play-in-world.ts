import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '@blastradius/stack';
import type { RotationInstant } from '../block/forced-rotation.ts';
import { LoadOutOfBounds } from '../load.errors.ts';
import { type KeySetLife, lifecycleSecondsMin, playKeyLifecycle } from './key-lifecycle.ts';
import { probeSelectors, startProbe } from './probe.ts';
import type { ProbeReport } from './probe-messages.ts';

/** What leads the keys through their life in a world under load. */
export interface LifecyclePlan {
  readonly refreshHintSeconds: number;
  /** Agents that use tokens. */
  readonly agents: readonly string[];
  readonly tokensPerSecond: number;
}

export interface PlayedLifecycle {
  readonly lives: readonly KeySetLife[];
  readonly probe: ProbeReport;
  readonly refreshHintSeconds: number;
}

export interface LifecycleRotation {
  readonly instant: RotationInstant;
  readonly lifecycle: PlayedLifecycle | null;
}

const tokenAgents = 50;
const tokensPerSecond = 20;

export function lifecyclePlan(refreshHintSeconds: number): LifecyclePlan {
  const agents = Array.from({ length: tokenAgents }, (_, index) => `TokenAgent${index}`);
  return { refreshHintSeconds, agents, tokensPerSecond };
}

/** Throws `LoadOutOfBounds` where the load would be over before the last key is revoked. */
export function assertLongEnough({ refreshHintSeconds }: LifecyclePlan, durationSeconds: number): void {
  const secondsMin = lifecycleSecondsMin(refreshHintSeconds);
  if (durationSeconds >= secondsMin) return;
  throw new LoadOutOfBounds(
    `three key sets take at least ${secondsMin} s with a refresh hint of ${refreshHintSeconds} s; ` +
      `durationSeconds is ${durationSeconds}`,
  );
}

export function tokenAgentsEntry({ agents, refreshHintSeconds }: LifecyclePlan) {
  return { agents, selectors: probeSelectors(), refreshHintSeconds };
}

interface Playing {
  readonly plan: LifecyclePlan;
  /** When what is measured begins. */
  readonly fromMs: number;
  readonly signal: AbortSignal;
}

/** Starts the token agents, and leads the keys through their life once the load is measured. */
export async function playLifecycle(
  world: World,
  { plan, fromMs, signal }: Playing,
): Promise<LifecycleRotation> {
  const { authorities: operator, setting, networkUrl } = world;
  if (operator === null) {
    const instant = { startedMs: fromMs, isRotation: false };
    return { instant, lifecycle: null };
  }
  const { trustDomain } = setting.scenario.identity;
  const probe = await startProbe(
    {
      workloadApiSocket: operator.workloadApiSocket,
      networkUrl,
      spiffeIds: plan.agents.map((name) => `spiffe://${trustDomain}/agent/${name}`),
      tokensPerSecond: plan.tokensPerSecond,
    },
    join(setting.logFolder, 'token-agents.log'),
  );
  try {
    await pause(Math.max(0, fromMs - Date.now()), undefined, { signal });
    const startedMs = Date.now();
    const { ledgerFolder } = setting;
    const lives = await playKeyLifecycle({ operator, probe, ledgerFolder, signal });
    const { refreshHintSeconds } = operator;
    const lifecycle = { lives, probe: await probe.report(), refreshHintSeconds };
    return { instant: { startedMs, isRotation: true }, lifecycle };
  } finally {
    await probe.stop();
  }
}
