import type { Outcome } from '@blastradius/ledger';
import type { LoadBlock, LoadManifest } from './load-manifest.ts';
import type { LoadRequest } from './load-request.ts';

/** For tests: blocks of ten seconds with 100 requests a second, the rotation at the fifth second. */
export const blockStartMs = 1_000_000;
const rotation = { startedMs: blockStartMs + 5000, finishedMs: blockStartMs + 7000 };

export function fakeBlock(arm: string, index: number, rest: Partial<LoadBlock> = {}): LoadBlock {
  return {
    index,
    arm,
    folder: `blocks/${index}-${arm}`,
    measuredFromMs: blockStartMs,
    measuredToMs: blockStartMs + 10_000,
    rotation:
      arm === 'x509-svid'
        ? { ...rotation, svidsReplaced: 20, svidsTotal: 20 }
        : { markedMs: rotation.startedMs },
    offered: 1000,
    completed: 1000,
    dropped: 0,
    generatorCpuSeconds: 2,
    thresholds: [{ name: 'dropped_iterations: count==0', ok: true }],
    k6ExitCode: 0,
    dashboard: null,
    ...rest,
  };
}

export function fakeLoadManifest(blocks: LoadBlock[], rest: Partial<LoadManifest> = {}): LoadManifest {
  return {
    schemaVersion: 1,
    scenario: 'rotation-under-load',
    startedAt: '2026-11-24T00:00:00.000Z',
    target: 'embedded',
    k6Version: '2.2.0',
    ratePerSecond: 100,
    warmUpSeconds: 5,
    durationSeconds: 10,
    repeats: 1,
    loadAgents: 20,
    arms: ['static-key', 'x509-svid'],
    generator: {
      noop: { offered: 1000, completed: 1000, dropped: 0, durationSeconds: 10, cpuSeconds: 1, p99Ms: 1 },
    },
    blocks,
    ...rest,
  };
}

/** Evenly sent over the block; what came of a request is said by the second it was sent in. */
export function fakeRequests(
  answer: (second: number, i: number) => { latencyMs: number; outcome?: Outcome },
): LoadRequest[] {
  return Array.from({ length: 1000 }, (_, i) => {
    const { latencyMs, outcome = 'accepted' } = answer(i / 100, i);
    return { atMs: blockStartMs + i * 10, latencyMs, outcome };
  });
}
