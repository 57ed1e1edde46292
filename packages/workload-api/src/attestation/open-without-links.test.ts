import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWithoutLinks } from './open-without-links.ts';

let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'root-')));
  await mkdir(join(root, 'app/sub'), { recursive: true });
  await writeFile(join(root, 'app/agent.mjs'), 'genuine');
  // In the foreign root this is the file; outside of it, where we are, it is another.
  await symlink('/etc', join(root, 'app/absolute'));
  await symlink('sub', join(root, 'app/relative'));
  await symlink('agent.mjs', join(root, 'app/link.mjs'));
  await symlink('/proc/self', join(root, 'app/magic'));
  await writeFile(join(root, 'app/sub/deep.mjs'), 'deep');
  execFileSync('sh', ['-c', `mkfifo ${join(root, 'app/pipe')}`]);
});

const read = async (path: string) => {
  const file = await openWithoutLinks(root, path).catch((error: NodeJS.ErrnoException) => error.code);
  if (file === undefined || typeof file === 'string') return file;
  const text = await file.readFile('utf8');
  await file.close();
  return text;
};

describe.runIf(process.platform === 'linux')('openWithoutLinks', () => {
  it('opens a regular file below the start', async () => {
    expect(await read('/app/agent.mjs')).toBe('genuine');
    expect(await read('app/./sub//deep.mjs')).toBe('deep');
  });

  it.each([
    ['a link that leads out of the root', '/app/absolute/passwd'],
    ['a link within the root', '/app/relative/deep.mjs'],
    ['a link at the end', '/app/link.mjs'],
    ['a link into a process', '/app/magic/environ'],
    ['a way up', '/app/../app/agent.mjs'],
    ['a way out', '/../../../etc/passwd'],
    ['a folder', '/app/sub'],
    ['a pipe, which could block', '/app/pipe'],
    ['a file that is not there', '/app/none.mjs'],
    ['nothing', '/'],
  ])('does not open %s', async (_what, path) => {
    expect([undefined, 'ENOTDIR', 'ELOOP', 'ENOENT']).toContain(await read(path));
  });
});
