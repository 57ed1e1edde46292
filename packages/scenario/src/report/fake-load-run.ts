import { type LoadRequest, type LoadRun, loadManifest } from '@blastradius/blast-radius';
import { createRandom } from '@blastradius/kernel';

const startMs = Date.UTC(2026, 10, 24);
const seconds = 30;
const rotation = { from: 15, to: 17.1 };

/** For tests of the report's looks: four blocks, identities slower, and a little more so while they rotate. */
export function fakeLoadRun(ratePerSecond = 500): LoadRun {
  const order = ['static-key', 'x509-svid', 'x509-svid', 'static-key'];
  const blocks = order.map((arm, i) => fakeBlock(arm, i + 1, ratePerSecond));
  const manifest = loadManifest.parse({
    schemaVersion: 1,
    scenario: 'rotation-under-load',
    startedAt: '2026-11-24T00:00:00.000Z',
    target: 'embedded',
    k6Version: '2.2.0',
    ratePerSecond,
    warmUpSeconds: 10,
    durationSeconds: seconds,
    repeats: 1,
    loadAgents: 200,
    arms: ['static-key', 'x509-svid'],
    generator: { noop: noopOf(ratePerSecond) },
    blocks: blocks.map(({ ran }) => ran),
  });
  return {
    manifest,
    requestsByFolder: Object.fromEntries(blocks.map(({ ran, requests }) => [ran.folder, requests])),
  };
}

function noopOf(ratePerSecond: number) {
  const sent = ratePerSecond * seconds;
  return {
    offered: sent,
    completed: sent,
    dropped: 0,
    durationSeconds: seconds,
    cpuSeconds: sent / 2500,
    p99Ms: 0.9,
  };
}

function fakeBlock(arm: string, index: number, ratePerSecond: number) {
  const isStatic = arm === 'static-key';
  const offered = ratePerSecond * seconds;
  const dropped = index === 3 ? 12 : 0;
  const fromMs = startMs + index * 120_000;
  const at = (second: number) => fromMs + second * 1000;
  const ran = {
    index,
    arm,
    folder: index <= 2 ? arm : `blocks/0${index}-${arm}`,
    measuredFromMs: fromMs,
    measuredToMs: at(seconds),
    rotation: isStatic
      ? { markedMs: at(rotation.from) }
      : { startedMs: at(rotation.from), finishedMs: at(rotation.to), svidsReplaced: 305, svidsTotal: 305 },
    offered,
    completed: offered - dropped,
    dropped,
    generatorCpuSeconds: offered / (isStatic ? 1200 : 1700),
    thresholds: [{ name: 'dropped_iterations: count==0', ok: dropped === 0 }],
    k6ExitCode: dropped === 0 ? 0 : 99,
    dashboard: null,
  };
  return { ran, requests: fakeRequests(arm, index, { offered: offered - dropped, fromMs }) };
}

function fakeRequests(
  arm: string,
  index: number,
  { offered, fromMs }: { offered: number; fromMs: number },
): LoadRequest[] {
  const random = createRandom(`load/${index}`);
  return Array.from({ length: offered }, (_, i) => {
    const second = (i / offered) * seconds;
    const isRotating = arm === 'x509-svid' && second >= rotation.from && second < rotation.to;
    const median = arm === 'static-key' ? 3 : 4;
    return {
      atMs: fromMs + second * 1000,
      latencyMs: random.logNormal(isRotating ? median * 1.6 : median, isRotating ? 0.7 : 0.45),
      outcome: 'accepted',
    };
  });
}
