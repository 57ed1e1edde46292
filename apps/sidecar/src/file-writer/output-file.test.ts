import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOutputFile } from './output-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
const read = (text: string) => {
  const path = join(folder, 'outputs.yaml');
  writeFileSync(path, text);
  return readOutputFile(path);
};
const readOne = (changes: object) =>
  read(JSON.stringify({ outputs: [{ name: 'nginx', directory: '/run/nginx', ...changes }] }));

describe('readOutputFile', () => {
  it('reads YAML, with the least that an output needs', () => {
    expect(read('outputs:\n  - name: nginx\n    directory: /run/nginx # a comment\n')).toEqual([
      {
        name: 'nginx',
        directory: '/run/nginx',
        spiffeId: undefined,
        tokens: [],
        owner: undefined,
        group: undefined,
        groupReads: false,
        onChange: undefined,
      },
    ]);
  });

  it('reads whom to tell', () => {
    expect(readOne({ onChange: { kind: 'signal', pidFile: '/run/nginx.pid' } })[0]?.onChange).toEqual({
      kind: 'signal',
      signal: 'SIGHUP',
      pidFile: '/run/nginx.pid',
    });
    expect(readOne({ onChange: { kind: 'command', command: ['/bin/reload', '-q'] } })[0]?.onChange).toEqual({
      kind: 'command',
      command: ['/bin/reload', '-q'],
      timeoutSeconds: 10,
    });
  });

  it.each([
    ['a name that is no selector', { name: 'a b' }],
    ['a folder without its root', { directory: 'run/nginx' }],
    ['a folder that climbs', { directory: '/run/../etc' }],
    ['a token in a folder', { tokens: [{ file: 'a/b', audience: ['x'] }] }],
    ['a hidden token', { tokens: [{ file: '..data', audience: ['x'] }] }],
    ['a token in the place of the key', { tokens: [{ file: 'key.pem', audience: ['x'] }] }],
    ['two tokens in one file', { tokens: ['x', 'y'].map((one) => ({ file: 't', audience: [one] })) }],
    ['a signal that ends a program', { onChange: { kind: 'signal', signal: 'SIGKILL', pidFile: '/run/p' } }],
    ['a command that is looked for', { onChange: { kind: 'command', command: ['nginx', '-s', 'reload'] } }],
    ['a word that is none of ours', { mode: '0644' }],
  ])('refuses %s', (_, changes) => {
    expect(() => readOne(changes)).toThrow();
  });

  it('refuses two outputs of one name, or in one folder', () => {
    const two = (second: object) =>
      read(JSON.stringify({ outputs: [{ name: 'a', directory: '/run/a' }, second] }));
    expect(() => two({ name: 'a', directory: '/run/b' })).toThrow('same name');
    expect(() => two({ name: 'b', directory: '/run/a/' })).toThrow('same directory');
  });
});
