import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { onFileChange } from '../src/on-file-change.ts';

test('hands on what a file holds when it is replaced, and nothing any more once it is told to stop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'change-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'network.pem');
  const replace = (content: string) => {
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  };
  replace('one');
  const seen: string[] = [];
  const stop = onFileChange(file, (content) => void seen.push(content));
  await pause(1200);
  replace('two');
  await expect.poll(() => seen, { timeout: 5000 }).toEqual(['two']);
  rmSync(file);
  await pause(1500);
  replace('three');
  await expect.poll(() => seen, { timeout: 5000 }).toEqual(['two', 'three']);
  stop();
  replace('four');
  await pause(1500);
  expect(seen).toEqual(['two', 'three']);
});
