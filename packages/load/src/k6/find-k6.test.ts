import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildK6 } from './build-k6.ts';
import { findK6 } from './find-k6.ts';
import { K6_IMAGE, K6_MODULE_SUM } from './k6.ts';
import { k6Cache } from './k6-cache.ts';

let root: string;
let lines: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'find-k6-'));
  mkdirSync(join(root, 'bin'));
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true }));

/** k6 calls itself by the name of its file. */
const sayingVersion = (version: string) =>
  `echo "\${0##*/} v${version} (commit/devel, go1.26.8, linux/amd64)"`;
const cacheFile = () => join(root, 'cache/blastradius/k6-2.2.0');

function program(name: string, body: string, folder = join(root, 'bin')): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Nothing but the programs of a test is found: PATH is their folder, and the cache is below it. */
const surroundings = () => ({
  env: { PATH: join(root, 'bin'), HOME: root, XDG_CACHE_HOME: join(root, 'cache') },
  onProgress: (line: string) => void lines.push(line),
});

interface FakeGo {
  readonly version?: string;
  readonly sum?: string;
  readonly builds?: string;
}

function fakeGo({ version = 'go1.26.8', sum = K6_MODULE_SUM, builds = sayingVersion('2.2.0') }: FakeGo = {}) {
  const source = join(root, 'source');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'go.mod'), 'module go.k6.io/k6/v2\n\ngo 1.25.0\n');
  const built = program('built', builds, source);
  const answer = JSON.stringify({ Dir: source, GoMod: join(source, 'go.mod'), Sum: sum });
  program(
    'go',
    `echo "$CGO_ENABLED|$*" >> ${join(root, 'go.log')}
case "$1" in
  env) echo ${version} ;;
  mod) echo '${answer}' ;;
  build) shift; while [ "$1" != -o ]; do shift; done
    /bin/cp ${built} "$2" ;;
esac`,
  );
}

test('a k6 of the pinned version on PATH comes first', async () => {
  const file = program('k6', sayingVersion('2.2.0'));
  fakeGo();
  expect(await findK6(surroundings())).toEqual({ kind: 'binary', file, from: 'PATH' });
  expect(lines).toEqual([]);
});

test('a k6 of another version is passed over for the one that was built before', async () => {
  program('k6', sayingVersion('1.8.1'));
  program('k6-2.2.0', sayingVersion('2.2.0'), join(root, 'cache/blastradius'));
  expect(await findK6(surroundings())).toEqual({ kind: 'binary', file: cacheFile(), from: 'cache' });
});

test('without either, Go builds it into the cache, and says what goes on', async () => {
  fakeGo();
  expect(await findK6(surroundings())).toEqual({ kind: 'binary', file: cacheFile(), from: 'build' });
  expect(lines.join('\n')).toMatch(/downloading.*\n.*building.*\nbuilt/);
  expect(readFileSync(join(root, 'go.log'), 'utf8')).toMatch(/^0\|build -trimpath .* \.$/m);
  expect(await findK6(surroundings())).toMatchObject({ from: 'cache' });
});

test('two builds at once each end with a whole k6, and leave nothing else', async () => {
  fakeGo();
  const both = await Promise.all([findK6(surroundings()), findK6(surroundings())]);
  for (const found of both) expect(found).toMatchObject({ file: cacheFile() });
  expect(readdirSync(join(root, 'cache/blastradius'))).toEqual(['k6-2.2.0']);
});

test('a Go that is too old, a source with another sum, a build of another version build nothing', async () => {
  const cache = k6Cache(surroundings().env);
  const reasons = [
    [{ version: 'go1.24.9' }, /is Go 1.24.9, and k6 asks for 1.25.0/],
    [{ sum: 'h1:other' }, /not the pinned/],
    [{ builds: sayingVersion('2.3.0') }, /calls itself 2.3.0/],
  ] as const;
  for (const [go, reason] of reasons) {
    fakeGo(go);
    expect(await buildK6(cache, surroundings())).toEqual({ closed: expect.stringMatching(reason) });
  }
  expect(existsSync(cacheFile())).toBe(false);
});

test('without Go its image is run, pulled where it is not there yet', async () => {
  const here = join(root, 'pulled');
  program(
    'docker',
    `case "$1" in version) echo 20.10 ;; image) [ -e ${here} ] ;; pull) echo "$2" > ${here} ;; esac`,
  );
  const docker = join(root, 'bin/docker');
  expect(await findK6(surroundings())).toEqual({ kind: 'image', docker, image: K6_IMAGE });
  expect(readFileSync(here, 'utf8').trim()).toBe('grafana/k6:2.2.0');
  expect(lines).toEqual(['pulling grafana/k6:2.2.0 ...']);
  await findK6(surroundings());
  expect(lines).toHaveLength(1);
});

test('where every way is closed, the error says why each is, and what opens one', async () => {
  program('k6', sayingVersion('1.8.1'));
  program('go', 'echo "no such host: proxy.golang.org" >&2; exit 1');
  program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
  const error = await findK6(surroundings()).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'load.k6-missing' });
  const { message } = error as Error;
  for (const part of [
    'is k6 1.8.1',
    'no such host',
    'Cannot connect',
    'go.dev',
    'install-k6',
    'grafana/k6:2.2.0',
  ])
    expect(message).toContain(part);
});
