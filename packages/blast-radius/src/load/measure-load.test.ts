import { describe, expect, it } from 'vitest';
import { blockStartMs, fakeBlock, fakeLoadManifest, fakeRequests } from './fake-load.ts';
import type { LoadBlock } from './load-manifest.ts';
import type { LoadRequest } from './load-request.ts';
import { measureLoad } from './measure-load.ts';

const calm = fakeRequests((_, i) => ({ latencyMs: 2 + (i % 10) / 10 }));

function measure(blocks: LoadBlock[], requests: (block: LoadBlock) => LoadRequest[] = () => calm) {
  return measureLoad({
    manifest: fakeLoadManifest(blocks),
    requestsByFolder: Object.fromEntries(blocks.map((block) => [block.folder, requests(block)])),
  });
}

const abba = ['static-key', 'x509-svid', 'x509-svid', 'static-key'].map((arm, i) => fakeBlock(arm, i + 1));

describe('the parts of a block', () => {
  const shaken = fakeRequests((second, i) => {
    if (second < 5 || second >= 7) return { latencyMs: 2 };
    return i % 10 === 0 ? { latencyMs: 30, outcome: 'failed' } : { latencyMs: 80 };
  });

  it('show what a rotation does to requests during it, and nowhere else', () => {
    const { arms } = measure([fakeBlock('x509-svid', 1)], () => shaken);
    const quiet = { refused: 0, failed: 0, acceptedShare: 1, latencyMsP50: 2, latencyMsP999: 2 };
    expect(arms['x509-svid']).toMatchObject({
      before: { ...quiet, seconds: 5, sent: 500, acceptedPerSecond: 100 },
      during: { seconds: 2, sent: 200, accepted: 180, failed: 20, latencyMsP50: 80, acceptedPerSecond: 90 },
      after: { ...quiet, seconds: 3, sent: 300 },
      whole: { sent: 1000, failed: 20, latencyMsP50: 2, latencyMsP99: 80, acceptedPerSecond: 98 },
    });
  });

  it('leave out what was sent before and after the measured time', () => {
    const early = { atMs: blockStartMs - 1, latencyMs: 5000, outcome: 'failed' } as const;
    const late = { ...early, atMs: blockStartMs + 10_000 };
    const { arms } = measure([fakeBlock('x509-svid', 1)], () => [early, ...calm, late]);
    expect(arms['x509-svid']?.whole).toMatchObject({ sent: 1000, failed: 0 });
  });

  it('are as long for an arm without rotation as the mean rotation of the others', () => {
    const longer = { startedMs: blockStartMs + 4000, finishedMs: blockStartMs + 8000 };
    const { arms, rotationSeconds } = measure([
      fakeBlock('static-key', 1),
      fakeBlock('x509-svid', 2),
      fakeBlock('x509-svid', 3, { rotation: { ...longer, svidsReplaced: 19, svidsTotal: 20 } }),
    ]);
    expect(rotationSeconds).toBe(3);
    expect(arms['static-key']?.during).toMatchObject({ seconds: 3, sent: 300 });
    expect(arms['x509-svid']).toMatchObject({ during: { seconds: 6 }, svids: { replaced: 39, total: 40 } });
    expect(arms['static-key']?.svids).toBeNull();
  });

  it('have no rate and no latency, rather than zero, where the part is empty', () => {
    const { arms, rotationSeconds } = measure([fakeBlock('static-key', 1)]);
    expect(rotationSeconds).toBeNull();
    expect(arms['static-key']?.during).toEqual({
      seconds: 0,
      sent: 0,
      accepted: 0,
      refused: 0,
      failed: 0,
      acceptedShare: null,
      acceptedPerSecond: null,
      latencyMsP50: null,
      latencyMsP99: null,
      latencyMsP999: null,
    });
  });

  it('have a rate of zero, but no latency, where everything failed', () => {
    const outage = fakeRequests(() => ({ latencyMs: 1, outcome: 'failed' }));
    const { arms } = measure([fakeBlock('x509-svid', 1)], () => outage);
    expect(arms['x509-svid']?.during).toMatchObject({
      acceptedPerSecond: 0,
      latencyMsP99: null,
      failed: 200,
    });
  });

  it('end with the measured time, if the rotation does not', () => {
    const late = { startedMs: blockStartMs + 9000, finishedMs: blockStartMs + 12_000 };
    const { arms } = measure([
      fakeBlock('x509-svid', 1, { rotation: { ...late, svidsReplaced: 1, svidsTotal: 20 } }),
    ]);
    expect(arms['x509-svid']).toMatchObject({
      during: { seconds: 1, sent: 100 },
      after: { seconds: 0, acceptedPerSecond: null },
    });
  });
});

describe('an arm', () => {
  it('has the percentiles of all its requests, not the mean of its blocks', () => {
    const slow = fakeRequests(() => ({ latencyMs: 50 }));
    const blocks = [fakeBlock('x509-svid', 1), fakeBlock('x509-svid', 2)];
    const { arms } = measure(blocks, ({ index }) => (index === 1 ? calm : slow));
    expect(arms['x509-svid']?.whole).toMatchObject({ sent: 2000, latencyMsP50: 2.9, latencyMsP99: 50 });
  });

  it('says what was offered and dropped, why, and what the generator cost', () => {
    const { arms, blocks, noop } = measure([
      fakeBlock('static-key', 1, {
        offered: 1200,
        completed: 1000,
        dropped: 200,
        thresholds: [
          { name: 'dropped_iterations: count==0', ok: false },
          { name: 'http_req_failed: rate==0', ok: true },
        ],
        k6ExitCode: 99,
      }),
    ]);
    expect(arms['static-key']).toMatchObject({ offeredPerSecond: 120, dropped: 200 });
    expect(arms['static-key']).toMatchObject({ generatorCpuCores: 0.2, generatorCpuPerRequestToNoop: 2 });
    expect(blocks[0]).toMatchObject({
      thresholdsCrossed: ['dropped_iterations: count==0'],
      k6ExitCode: 99,
    });
    expect(noop).toMatchObject({ completedPerSecond: 100, cpuCores: 0.1 });
  });

  it('that never ran has gaps, not zeros', () => {
    const { arms, ratios } = measure([fakeBlock('static-key', 1)]);
    expect(arms['x509-svid']).toMatchObject({ blocks: 0, offeredPerSecond: null, generatorCpuCores: null });
    expect(ratios[0]?.acceptedPerSecond).toEqual({ pairs: 0, ratio: null, low: null, high: null });
  });
});

describe('the ratios of the arms', () => {
  it('hold 1 in their intervals where the arms do not differ', () => {
    const { ratios } = measure(abba, ({ index }) =>
      fakeRequests((_, i) => ({ latencyMs: 2 + ((i * 7 + index) % 11) / 10 + index / 100 })),
    );
    expect(ratios).toHaveLength(1);
    for (const name of ['acceptedPerSecond', 'latencyMsP99', 'latencyMsP99During'] as const) {
      const { pairs, low, high } = ratios[0]?.[name] ?? { pairs: 0, low: null, high: null };
      expect(pairs).toBe(2);
      expect(low).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThanOrEqual(1);
    }
  });

  it('show a difference that all pairs show, and cancel a machine that slows down from block to block', () => {
    const { ratios } = measure(abba, ({ arm, index }) =>
      fakeRequests(() => ({ latencyMs: (arm === 'x509-svid' ? 3 : 2) * (index > 2 ? 10 : 1) })),
    );
    expect(ratios[0]).toMatchObject({ arm: 'x509-svid', baseline: 'static-key' });
    expect(ratios[0]?.latencyMsP99).toEqual({ pairs: 2, ratio: 1.5, low: 1.5, high: 1.5 });
    expect(ratios[0]?.acceptedPerSecond).toMatchObject({ ratio: 1 });
  });

  it('are taken in the order of the blocks, whatever order they are listed in', () => {
    const answers = ({ index }: LoadBlock) => fakeRequests(() => ({ latencyMs: index }));
    expect(measure(abba.toReversed(), answers)).toEqual(measure(abba, answers));
  });

  it('leave out a block without its neighbour', () => {
    expect(measure(abba.slice(0, 3)).ratios[0]?.latencyMsP99).toMatchObject({ pairs: 1, low: null });
  });
});
