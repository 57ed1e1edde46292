import { rounded } from '../metrics/rounding.ts';
import { compareArms } from './compare-arms.ts';
import { between, figuresOf, type MeasuredBlock } from './load-figures.ts';
import type { LoadBlock, LoadManifest } from './load-manifest.ts';
import type { LoadRequest } from './load-request.ts';
import type { LoadArm, LoadBlockResult, LoadResult } from './load-result.ts';
import { traceLoad } from './load-series.ts';
import { meanRotationMs, windowsOf } from './rotation-window.ts';

/** A load run as it was written down: the requests of each block stand under the block's folder. */
export interface LoadRun {
  readonly manifest: LoadManifest;
  readonly requestsByFolder: Readonly<Record<string, readonly LoadRequest[]>>;
}

type Noop = LoadManifest['generator']['noop'];

/** Pure: the same manifest and requests give the same numbers. What was sent before or after the measured time doesn't count. */
export function measureLoad({ manifest, requestsByFolder }: LoadRun): LoadResult {
  const rotationMs = meanRotationMs(manifest.blocks);
  const blocks = manifest.blocks
    .toSorted((a, b) => a.index - b.index)
    .map((ran): MeasuredBlock => {
      const windows = windowsOf(ran, rotationMs);
      const sent = requestsByFolder[ran.folder] ?? [];
      return { ran, windows, requests: between(sent, windows.fromMs, windows.toMs) };
    });
  const { noop } = manifest.generator;
  const results = blocks.map((block) => measureBlock(block, noop));
  const { target, k6Version, ratePerSecond, warmUpSeconds, durationSeconds, repeats, loadAgents } = manifest;
  return {
    target,
    k6Version,
    ratePerSecond,
    warmUpSeconds,
    durationSeconds,
    repeats,
    loadAgents,
    rotationSeconds: rotationMs === null ? null : rounded(rotationMs / 1000),
    noop: measureNoop(noop),
    arms: Object.fromEntries(
      manifest.arms.map((arm) => [
        arm,
        measureArm(
          blocks.filter(({ ran }) => ran.arm === arm),
          noop,
        ),
      ]),
    ),
    blocks: results,
    ratios: compareArms(manifest.arms, results),
  };
}

function measureNoop({ offered, completed, dropped, durationSeconds, cpuSeconds, p99Ms }: Noop) {
  return {
    offered,
    completed,
    dropped,
    offeredPerSecond: rounded(offered / durationSeconds),
    completedPerSecond: rounded(completed / durationSeconds),
    cpuCores: rounded(cpuSeconds / durationSeconds),
    latencyMsP99: rounded(p99Ms),
  };
}

function measureArm(blocks: readonly MeasuredBlock[], noop: Noop): LoadArm {
  return {
    ...figuresOf(blocks, noop),
    blocks: blocks.length,
    svids: blocks.map(({ ran }) => svidsOf(ran)).reduce(added, null),
    series: traceLoad(blocks),
  };
}

function measureBlock(block: MeasuredBlock, noop: Noop): LoadBlockResult {
  const { index, arm, thresholds, k6ExitCode, dashboard } = block.ran;
  return {
    index,
    arm,
    ...figuresOf([block], noop),
    svids: svidsOf(block.ran),
    thresholdsCrossed: thresholds.filter(({ ok }) => !ok).map(({ name }) => name),
    k6ExitCode,
    dashboard,
  };
}

function svidsOf({ rotation }: LoadBlock): LoadArm['svids'] {
  if (!('startedMs' in rotation)) return null;
  return { replaced: rotation.svidsReplaced, total: rotation.svidsTotal };
}

function added(all: LoadArm['svids'], some: LoadArm['svids']): LoadArm['svids'] {
  if (!all || !some) return all ?? some;
  return { replaced: all.replaced + some.replaced, total: all.total + some.total };
}
