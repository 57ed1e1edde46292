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
import { expect, onTestFinished, test } from 'vitest';
import { buildGoProgram, isAtLeast } from './build-go-program.ts';

/** A Go whose build is the text of `plugins.go`, as it lies where it builds. */
function fakeGo() {
  const root = mkdtempSync(join(tmpdir(), 'build-go-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const source = join(root, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'go.mod'), 'module example.org/tool\n\ngo 1.25.0\n', { mode: 0o444 });
  writeFileSync(join(source, 'plugins.go'), 'one\ntwo\nimport two\nthree\n', { mode: 0o444 });
  const answer = JSON.stringify({ Dir: source, GoMod: join(source, 'go.mod') });
  const body = `case "$1" in
  env) echo go1.26.8 ;;
  mod) echo '${answer}' ;;
  build) pwd > ${root}/built-in; while [ "$1" != -o ]; do shift; done; /bin/cat plugins.go > "$2" ;;
esac`;
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/go'), `#!/bin/sh\n${body}\n`);
  chmodSync(join(root, 'bin/go'), 0o755);
  return { root, source };
}

test('a program is built without the lines it is to lack, from a copy that is gone afterwards', async () => {
  const { root, source } = fakeGo();
  const file = join(root, 'cache/tool');
  const built = await buildGoProgram(
    {
      name: 'tool',
      module: 'example.org/tool@v1.0.0',
      package: '.',
      without: { file: 'plugins.go', word: 'two' },
    },
    file,
    { env: { PATH: join(root, 'bin') }, onProgress: () => {} },
  );
  expect(built).toEqual({ file });
  expect(readFileSync(file, 'utf8')).toBe('one\nthree\n');
  expect(readFileSync(join(source, 'plugins.go'), 'utf8')).toContain('two');
  const copy = readFileSync(join(root, 'built-in'), 'utf8').trim();
  expect(copy).not.toBe(source);
  expect(existsSync(copy)).toBe(false);
  expect(readdirSync(join(root, 'cache'))).toEqual(['tool']);
});

test('versions are compared by their numbers', () => {
  expect(isAtLeast('1.26.8', '1.25.0')).toBe(true);
  expect(isAtLeast('1.25', '1.25.0')).toBe(true);
  expect(isAtLeast('1.9.9', '1.25.0')).toBe(false);
  expect(isAtLeast('', '1.25.0')).toBe(false);
});
