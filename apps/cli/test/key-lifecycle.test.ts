import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findK6,
  K6Missing,
  type LifecycleReport,
  type LoadOptions,
  LoadOutOfBounds,
  lifecycleFile,
  lifecyclePlan,
  runLoad,
} from '@blastradius/load';
import { findScenario, loadScenario } from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';
import { beforeAll, describe, expect, test } from 'vitest';

const say = (line: string) => void process.stderr.write(`key-lifecycle.test: ${line}\n`);

const k6 = await findK6({ env: process.env, onProgress: say }).catch((error: unknown) => {
  if (!(error instanceof K6Missing)) throw error;
  say(`SKIPPED, because ${error.message}`);
  return null;
});

const plan = { ratePerSecond: 10, warmUpSeconds: 2, durationSeconds: 100, repeats: 1, loadAgents: 20 };

function options(folder: string, refreshHintSeconds: number): LoadOptions {
  return {
    target: 'embedded',
    scenario: loadScenario(findScenario('rotation-under-load', findRoot())),
    arms: ['x509-svid'],
    plan,
    agents: 10,
    seed: 'test',
    folder,
    lifecycle: lifecyclePlan(refreshHintSeconds),
  };
}

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'blastradius-keys-')), 'run');

test('a load that is over before the last key is revoked is refused before it begins', async () => {
  await expect(runLoad(options(newFolder(), 20))).rejects.toThrow(LoadOutOfBounds);
});

describe.skipIf(k6 === null)('each key set prepared, activated, tainted and revoked under load', () => {
  let report: LifecycleReport;

  beforeAll(async () => {
    const folder = newFolder();
    await runLoad(options(folder, 3));
    report = JSON.parse(readFileSync(lifecycleFile(join(folder, 'x509-svid')), 'utf8'));
    say(JSON.stringify(report));
  }, 600_000);

  test('all three take each step in turn, while the load goes on', () => {
    expect(report.lives.map(({ kind }) => kind)).toEqual(['x509', 'jwt', 'wit']);
    for (const { preparedMs, stolenMs, activatedMs, taintedMs, replacedMs, revokedMs } of report.lives) {
      const steps = [preparedMs, stolenMs, activatedMs, taintedMs, replacedMs, revokedMs];
      expect(steps).toEqual(steps.toSorted((one, other) => one - other));
    }
    expect(report.lives[0]?.svids).toBeGreaterThanOrEqual(20 + 10 + 50);
    expect(report.underLoad).toBe(true);
  });

  test('no honest request and no honest use of a token fails', () => {
    const { x509, jwt, wit } = report;
    for (const honest of [x509, jwt, wit]) {
      expect(honest).toMatchObject({ failed: 0, causes: {} });
      expect(honest.sent).toBeGreaterThan(200);
    }
  });

  test('what a revoked key has signed was accepted before, and is refused everywhere within the refresh hint', () => {
    expect(report.thefts.map(({ kind, verifier }) => `${kind} at ${verifier}`)).toEqual([
      'x509 at network',
      'x509 at library',
      'jwt at library',
      'jwt at workload-api',
      'wit at library',
    ]);
    for (const theft of report.thefts) {
      expect(theft).toMatchObject({ acceptedBeforeRevocation: true, refusedInTime: true });
    }
  });
});
