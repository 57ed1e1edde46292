import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadBlock, loadManifest } from '@blastradius/blast-radius';
import { readLedgers } from '@blastradius/ledger';
import { findK6, K6Missing, type LoadOptions, runLoad } from '@blastradius/load';
import { findScenario, loadScenario, type Scenario } from '@blastradius/scenario';
import { type Arm, findRoot } from '@blastradius/stack';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeReport } from '../src/write-report.ts';

const say = (line: string) => void process.stderr.write(`load.test: ${line}\n`);

/** A build with Go takes minutes, once; where no way is open, the reason is said aloud. */
const k6 = await findK6({ env: process.env, onProgress: say }).catch((error: unknown) => {
  if (!(error instanceof K6Missing)) throw error;
  say(`SKIPPED, because ${error.message}`);
  return null;
});

const plan = { ratePerSecond: 50, warmUpSeconds: 2, durationSeconds: 10, repeats: 1, loadAgents: 20 };
const scenario = loadScenario(findScenario('rotation-under-load', findRoot()));

async function played(arms: readonly Arm[], options: Partial<LoadOptions> = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), 'blastradius-load-')), 'run');
  await runLoad({
    target: 'embedded',
    scenario,
    arms,
    plan,
    agents: 10,
    seed: 'test',
    folder,
    ...options,
  });
  const manifest = loadManifest.parse(JSON.parse(readFileSync(join(folder, 'load.json'), 'utf8')));
  const loadRecords = ({ folder: place }: LoadBlock) =>
    readLedgers(join(folder, place, 'ledger')).flatMap((record) =>
      record.ledger === 'agents' && record.hosting === 'load' ? [record] : [],
    );
  return { folder, manifest, loadRecords };
}

describe.skipIf(k6 === null)('both arms under load, interleaved, with a forced rotation', () => {
  let run: Awaited<ReturnType<typeof played>>;
  beforeAll(async () => {
    run = await played(['static-key', 'x509-svid']);
  }, 600_000);

  test('each arm is loaded twice, forth and back', () => {
    expect(run.manifest.blocks.map(({ arm }) => arm)).toEqual([
      'static-key',
      'x509-svid',
      'x509-svid',
      'static-key',
    ]);
    expect(run.manifest.blocks.map(({ folder }) => folder)).toEqual([
      'static-key',
      'x509-svid',
      'blocks/02-x509-svid',
      'blocks/03-static-key',
    ]);
  });

  test('what k6 counts and what the ledger holds are the same requests', () => {
    for (const block of run.manifest.blocks) {
      const measured = run
        .loadRecords(block)
        .filter(({ requestId }) => requestId.startsWith('load-measured-'));
      expect(measured.length).toBe(block.completed);
      expect(block.completed + block.dropped).toBeGreaterThanOrEqual(490);
      expect(block.generatorCpuSeconds).toBeGreaterThan(0);
    }
  });

  test('the agents do what the living ones do, each for itself, the warm-up included', () => {
    const [block] = run.manifest.blocks;
    const records = block ? run.loadRecords(block) : [];
    expect(new Set(records.map(({ action }) => action))).toEqual(
      new Set(['read-feed', 'dm-check', 'upvote', 'comment', 'post', 'dm-send']),
    );
    expect(new Set(records.map(({ agent }) => agent)).size).toBe(20);
    expect(records.some(({ requestId }) => requestId.startsWith('load-warm_up-'))).toBe(true);
    expect(records.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  });

  test('every SVID is replaced in the middle, and no honest request fails by it', () => {
    const rotated = run.manifest.blocks.filter(({ arm }) => arm === 'x509-svid');
    for (const block of rotated) {
      const { rotation, measuredFromMs, measuredToMs } = block;
      if (!('startedMs' in rotation)) throw new Error('the identity arm was not rotated');
      expect(rotation.svidsTotal).toBeGreaterThanOrEqual(20 + 10);
      expect(rotation.svidsReplaced).toBe(rotation.svidsTotal);
      expect(rotation.startedMs).toBeGreaterThan(measuredFromMs);
      expect(rotation.startedMs).toBeLessThan(measuredToMs);
      expect(rotation.finishedMs).toBeGreaterThan(rotation.startedMs);
      expect(run.loadRecords(block).filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
    }
  });

  test('the report of the blast radius is computed from the first world of each arm', () => {
    const report = writeReport(run.folder);
    for (const arm of ['static-key', 'x509-svid']) {
      expect(report.arms[arm]?.agents).toBe(30);
      expect(report.arms[arm]?.ledgersAgree).toMatchObject({ disagreements: 0 });
      expect(report.arms[arm]?.ledgersAgree.checked).toBeGreaterThan(500);
    }
    expect(report.arms['static-key']?.credentialsLeaked).toBe(30);
  });

  test('k6 is measured alone before, and its dashboard is there after', () => {
    const { noop } = run.manifest.generator;
    expect(noop.completed).toBeGreaterThanOrEqual(490);
    expect(noop.cpuSeconds).toBeGreaterThan(0);
    for (const { dashboard } of run.manifest.blocks)
      expect(dashboard !== null && existsSync(join(run.folder, dashboard))).toBe(true);
  });
});

describe.skipIf(k6 === null)('controls: what goes wrong is in the figures', () => {
  const failing = (block: LoadBlock | undefined, metric: string) =>
    block?.thresholds.find(({ name }) => name.startsWith(metric))?.ok === false;

  test('a rate limit that bites', async () => {
    // One post an hour, in 14 s: an agent's first is that of the preparation, and no other is allowed.
    const limited: Scenario = { ...scenario, rateLimits: { ...scenario.rateLimits, postMinutes: 60 } };
    const { manifest, loadRecords } = await played(['static-key'], { scenario: limited });
    const [block] = manifest.blocks;
    expect(block && loadRecords(block).filter(({ status }) => status === 429).length).toBeGreaterThan(10);
    expect(failing(block, 'http_req_failed')).toBe(true);
    expect(block?.k6ExitCode).toBe(99);
  }, 300_000);

  test('a network that is killed in the middle', async () => {
    const { manifest, loadRecords } = await played(['static-key'], {
      test: {
        disturb: (world) => [
          { minute: 10, what: 'killing the network', run: async () => world.kill('network', 'SIGKILL') },
        ],
      },
    });
    const [block] = manifest.blocks;
    const records = block ? loadRecords(block) : [];
    expect(records.filter(({ outcome }) => outcome === 'failed').length).toBeGreaterThan(10);
    expect(records.filter(({ outcome }) => outcome === 'accepted').length).toBeGreaterThan(50);
    expect(failing(block, 'http_req_failed')).toBe(true);
  }, 300_000);
});
