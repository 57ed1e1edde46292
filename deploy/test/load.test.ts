import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// By their paths: the root is no user of its own packages.
import { verifyAuditLog } from '../../packages/audit/src/index.ts';
import { type Report, reportSchema } from '../../packages/blast-radius/src/index.ts';
import { blastradius } from './blastradius.ts';
import { docker, whatIsMissing } from './engine.ts';
import { Platform } from './platform.ts';

const missing = await whatIsMissing();
/** What supervisors take until they start a process again. */
const AWAY_MS = 300;

describe.skipIf(missing !== undefined)('load on the platform in containers', () => {
  let platform: Platform;
  const folder = join(mkdtempSync(join(tmpdir(), 'blastradius-deploy-')), 'run');
  const counted = { doubled: -1, posts: -1, waiting: -1, failed: -1 };
  let report: Report;

  beforeAll(async () => {
    platform = await Platform.open();
    await platform.compose('--profile', 'attack', '--profile', 'load', 'build');
    const load = blastradius(
      [
        ...['load', 'rotation-under-load', '--target', 'compose', '--arms', 'x509-svid', '--rate', '50'],
        ...['--warm-up', '5', '--duration', '90', '--agents', '10', '--load-agents', '30', '--out', folder],
      ],
      platform.environment,
    );
    await load.untilItSays('[x509-svid] live');
    // The rotation comes half-way; each of these is back before the next goes.
    for (const service of ['issuer-1', 'redis']) await killed(service);
    await pause(45_000);
    await killed('postgres');
    await pause(10_000);
    Object.assign(counted, await countPosts(platform), await countJobs(platform));
    await load.ended;
    report = reportSchema.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  }, 2_400_000);

  afterAll(async () => {
    await platform?.down();
    expect(await platform?.leftovers()).toEqual([]);
  }, 300_000);

  async function killed(service: string): Promise<void> {
    await pause(10_000);
    const id = await platform.containerOf(service);
    await docker(['kill', '-s', 'SIGKILL', id]);
    await pause(AWAY_MS);
    await docker(['start', id]);
  }

  test('an issuer, Redis and PostgreSQL are killed, every SVID is replaced: 99.9 % of the honest are accepted', () => {
    const arm = report.arms['x509-svid'];
    expect(arm?.honestRequests.sent).toBeGreaterThan(3000);
    expect(arm?.honestRequests.acceptedShare).toBeGreaterThanOrEqual(0.999);
    const svids = report.load?.blocks[0]?.svids;
    expect(svids?.total).toBeGreaterThan(30);
    expect(svids?.replaced).toBe(svids?.total);
    process.stderr.write(`deploy: under kills ${JSON.stringify({ honest: arm?.honestRequests, counted })}\n`);
  });

  test('what was accepted was done once, and the queues are empty again', () => {
    expect(counted.posts).toBeGreaterThan(50);
    expect(counted).toMatchObject({ doubled: 0, waiting: 0, failed: 0 });
  });

  test('the audit chain is whole, and the ledgers agree with it', () => {
    const audit = verifyAuditLog(join(folder, 'x509-svid/ledger/audit.jsonl'));
    expect(audit).toMatchObject({ intact: true });
    expect(report.arms['x509-svid']?.ledgersAgree.disagreements).toBe(0);
  });
});

/** The load's titles are numbered: the same twice is one request done twice. */
async function countPosts(platform: Platform): Promise<{ posts: number; doubled: number }> {
  const sql = (statement: string, database: string) =>
    platform.exec('postgres', ['psql', '-U', 'postgres', '-tA', '-d', database, '-c', statement]);
  const database = (
    await sql("select datname from pg_database where datname like 'moltbook_x509_svid_run_%'", 'postgres')
  ).trim();
  const numbers = "select count(*), count(distinct title) from posts where title like 'Field note %'";
  const [posts = 0, titles = 0] = (await sql(numbers, database)).split('|').map(Number);
  return { posts, doubled: posts - titles };
}

/** Jobs that wait to be done, of all queues, and those that were given up. */
async function countJobs(platform: Platform): Promise<{ waiting: number; failed: number }> {
  const count = async (kind: string, command: string) => {
    const script = `export REDISCLI_AUTH="$(cat /run/secrets/password)"
      for key in $(redis-cli --raw --scan --pattern '*:${kind}'); do redis-cli --raw ${command} "$key"; done`;
    const counts = (await platform.exec('redis', ['bash', '-c', script])).split('\n').filter(Boolean);
    return counts.map(Number).reduce((sum, one) => sum + one, 0);
  };
  return { waiting: await count('wait', 'llen'), failed: await count('failed', 'zcard') };
}
