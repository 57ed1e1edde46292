import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keptInFile } from './credentials-file.ts';

function fileInFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'deeper', 'credentials.json');
}

test('keys that were saved are there for the next process, and for nobody else', () => {
  const file = fileInFolder();
  expect(keptInFile(file).load()).toEqual(new Map());
  const keys = new Map([
    ['Crab', { apiKey: 'moltbook_sk_FAKE' }],
    ['Eel', { apiKey: 'moltbook_sk_FAKE_read', writeKey: 'moltbook_sk_FAKE_write' }],
  ]);
  keptInFile(file).save(keys);
  expect(keptInFile(file).load()).toEqual(keys);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a file that is no list of keys is an error, and not an empty list', () => {
  const file = fileInFolder();
  keptInFile(file).save(new Map());
  writeFileSync(file, '{"Crab":');
  expect(() => keptInFile(file).load()).toThrow();
});
