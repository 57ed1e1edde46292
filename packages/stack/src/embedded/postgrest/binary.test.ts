import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertPinned, findPostgrest } from './binary.ts';

test('a PostgREST on PATH comes before the packaged one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postgrest-path-'));
  try {
    const own = join(folder, 'postgrest');
    await writeFile(own, '#!/bin/sh\n');
    await chmod(own, 0o755);
    expect(await findPostgrest(`/nonexistent:${folder}`)).toBe(own);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a repackaged binary with other bytes is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postgrest-sha-'));
  try {
    const file = join(folder, 'postgrest');
    await writeFile(file, 'something else');
    await expect(assertPinned(file)).rejects.toThrow(/not the pinned/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
