import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
// By its path: the root is no user of its own packages.
import { reportSchema } from '../../packages/blast-radius/src/index.ts';
import { blastradius } from './blastradius.ts';
import { docker, whatIsMissing } from './engine.ts';
import { Platform } from './platform.ts';
import { openDoors } from './reach.ts';
import { findSecrets, secretsOf } from './secret-scan.ts';

const missing = await whatIsMissing();
const WELL_WITHIN_MS = 600_000;
const BACK_WITHIN_MS = 90_000;
const GIBIBYTE = 2 ** 30;
const MEBIBYTE = 2 ** 20;

describe.skipIf(missing !== undefined)('the platform in containers', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await Platform.open();
    // The images, and with them what a clean checkout has to build.
    await platform.compose('--profile', 'attack', 'build');
    await platform.up();
    const running = await platform.running();
    await platform.untilWell(
      running.map(({ service }) => service),
      WELL_WITHIN_MS,
    );
  }, 2_400_000);

  afterAll(async () => {
    await platform?.down();
    expect(await platform?.leftovers()).toEqual([]);
  }, 300_000);

  test('is complete: every service runs, the secrets were made and that was that', async () => {
    const services = (await platform.compose('--profile', 'attack', 'config', '--services'))
      .split('\n')
      .filter(Boolean);
    const wanted = services.filter((service) => !['secrets', 'k6', 'sidecar-load'].includes(service)).sort();
    expect((await platform.running()).map(({ service }) => service).sort()).toEqual(wanted);
    expect(await platform.stateOf('secrets')).toBe('exited ');
  });

  test('runs nothing as root', async () => {
    for (const { service, id } of await platform.running()) {
      const users = (await docker(['top', id, '-eo', 'pid,uid']))
        .split('\n')
        .slice(1)
        .filter(Boolean)
        .map((line) => Number(line.trim().split(/\s+/)[1]));
      expect(users.length, service).toBeGreaterThan(0);
      expect(
        users.filter((uid) => !(uid > 0)),
        service,
      ).toEqual([]);
    }
  });

  test('needs at most 4 GiB of memory', async () => {
    const ids = (await platform.running())
      .filter(({ service }) => !service.startsWith('attacker'))
      .map(({ id }) => id);
    const lines = await docker(['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids]);
    const bytes = lines
      .split('\n')
      .filter(Boolean)
      .map(bytesOf)
      .reduce((sum, one) => sum + one, 0);
    process.stderr.write(`deploy: ${ids.length} containers use ${(bytes / MEBIBYTE).toFixed(0)} MiB\n`);
    expect(bytes).toBeGreaterThan(100 * MEBIBYTE);
    expect(bytes).toBeLessThan(4 * GIBIBYTE);
  });

  test.each(['static-key', 'x509-svid'])(
    'the thief of %s reaches the public edge and nothing else',
    async (arm) => {
      const open = await openDoors(platform, `attacker-${arm}`);
      const edge = [
        'network-static-key:8443',
        'network-x509-svid:8443',
        'data-api-static-key:8444',
        'data-api-x509-svid:8444',
      ];
      expect(open.byName.sort()).toEqual(edge.sort());
      // The same four doors again, and no address that isn't one of theirs.
      expect(open.byAddress.map(({ service, port }) => `${service}:${port}`).sort()).toEqual(edge.sort());
      expect(open.gateways).toEqual([]);
      expect(open.outside).toEqual([]);
    },
  );

  test('an agent reaches servers that ask who it is, and no database, queue or PostgREST', async () => {
    const open = await openDoors(platform, 'agent-1');
    // The issuers and data-apis because everything of ours can reach the collector, on one network.
    const doors = ['issuer-1:8445', 'issuer-2:8445', 'network-static-key:8443', 'network-x509-svid:8443'];
    expect(open.byName.sort()).toEqual(['data-api-static-key:8444', 'data-api-x509-svid:8444', ...doors]);
    expect(open.gateways).toEqual([]);
    expect(open.outside).toEqual([]);
  });

  test('keeps its secrets out of the file, the images, the descriptions and the logs', async () => {
    const secrets = await secretsOf(platform, 'blastradius/operator:test');
    expect(secrets).toHaveLength(14);
    expect(await findSecrets(platform, secrets)).toEqual([]);
  }, 300_000);

  test('the search for secrets finds one that was planted', async () => {
    const [secret = ''] = await secretsOf(platform, 'blastradius/operator:test');
    const label = `com.docker.compose.project=${platform.project}`;
    const id = (
      await docker(['create', '--label', label, '-e', `LEAK=${secret}`, 'node:24-bookworm-slim'])
    ).trim();
    onTestFinished(async () => void (await docker(['rm', id])));
    expect(await findSecrets(platform, [secret])).toEqual([expect.stringMatching(/^the description of/)]);
  }, 300_000);

  // Those of the embedded stack, which are all `held`: replay.test.ts.
  test('a scenario that borrows its containers comes to the verdicts of the embedded stack', async () => {
    const before = (await platform.running()).map(({ service }) => service).sort();
    const folder = join(mkdtempSync(join(tmpdir(), 'blastradius-deploy-')), 'run');
    const args = ['run', 'moltbook-key-leak', '--target', 'compose', '--agents', '40', '--out', folder];
    await blastradius(args, platform.environment).ended;
    const verdicts = verdictsIn(folder);
    expect(verdicts.length).toBeGreaterThan(1);
    expect(verdicts.filter(({ verdict }) => verdict !== 'held')).toEqual([]);
    const after = await platform.running();
    expect(after.map(({ service }) => service).sort()).toEqual(before);
    await platform.untilWell(before, BACK_WITHIN_MS);
  }, 1_500_000);

  test.each([
    'sidecar-agent-1',
    'agent-1',
    'issuer-1',
    'network-static-key',
    'fleet-static-key',
    'operator',
    'postgres',
    'redis',
  ])(
    '%s is started anew and comes back well, and so does the rest, with no human',
    async (service) => {
      await docker(['restart', '-t', '10', await platform.containerOf(service)]);
      await pause(3000);
      const running = await platform.running();
      await platform.untilWell(
        running.map((one) => one.service),
        BACK_WITHIN_MS,
      );
    },
    240_000,
  );

  test.each(['sidecar-agent-2', 'agent-2'])(
    '%s is killed, and its supervisor brings it back',
    async (service) => {
      const before = await restartsOf(service);
      await platform.exec('agent-2', ['node', '-e', killScript(service === 'agent-2')]);
      await expect.poll(() => restartsOf(service), { timeout: 30_000 }).toBe(before + 1);
      await platform.untilWell(['sidecar-agent-2', 'agent-2'], BACK_WITHIN_MS);
    },
    240_000,
  );

  test('other images come under a running platform, and nothing that it held is lost', async () => {
    const held = () => agentsIn(platform);
    const before = await held();
    expect(Math.min(...before)).toBeGreaterThan(50);
    const running = (await platform.running()).map(({ service }) => service).sort();
    await platform.upgrade();
    await platform.untilWell(running, WELL_WITHIN_MS);
    expect((await platform.running()).map(({ service }) => service).sort()).toEqual(running);
    expect((await platform.images()).filter((image) => image.endsWith(':test'))).toEqual([]);
    expect(await held()).toEqual(before);
  }, 900_000);

  const restartsOf = async (service: string) =>
    Number(await docker(['inspect', '-f', '{{.RestartCount}}', await platform.containerOf(service)]));
});

/** `63.2MiB / 256MiB` in bytes. */
function bytesOf(usage: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)([KMG]?i?B)/.exec(usage) ?? [];
  const factor = { B: 1, KiB: 1024, MiB: MEBIBYTE, GiB: GIBIBYTE }[unit] ?? Number.NaN;
  return Number(number) * factor;
}

/**
 * Kills a process of the pod, by one of its own user: the agent itself, whose folder we may see, or the
 * sidecar, which lets nobody look at it.
 */
function killScript(isAgent: boolean): string {
  return `
    const { readdirSync, readFileSync, readlinkSync } = require('node:fs');
    const folderOf = (pid) => { try { return readlinkSync('/proc/' + pid + '/cwd') } catch { return null } };
    const isNode = (pid) => readFileSync('/proc/' + pid + '/cmdline', 'utf8') === 'node\\0main.js\\0';
    const found = readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).filter((pid) => {
      try { return isNode(pid) && (folderOf(pid) !== null) === ${isAgent} } catch { return false }
    });
    if (found.length !== 1) throw new Error('found ' + found.length);
    // Only once this has ended: the engine may wait for ever for a command whose container ended under it.
    const kill = 'setTimeout(() => process.kill(' + found[0] + ', "SIGKILL"), 500)';
    require('node:child_process').spawn(process.execPath, ['-e', kill], { detached: true, stdio: 'ignore' }).unref();`;
}

/** What became of each claim of the scenario. */
function verdictsIn(folder: string): { id: string; verdict: string }[] {
  const report = reportSchema.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  return report.hypotheses.map(({ id, verdict }) => ({ id, verdict }));
}

/** Accounts in both networks. */
function agentsIn(platform: Platform): Promise<number[]> {
  const databases = ['moltbook_static_key', 'moltbook_x509_svid'];
  const count = 'select count(*) from agents';
  return Promise.all(
    databases.map(async (name) =>
      Number(await platform.exec('postgres', ['psql', '-U', 'postgres', '-tA', '-d', name, '-c', count])),
    ),
  );
}
