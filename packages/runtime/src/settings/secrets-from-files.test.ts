import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretUnreadable, secretsFromFiles } from './secrets-from-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('secretsFromFiles', () => {
  it('takes a secret from the file that is named for it, without the line’s end', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'abc\n');
    const env = secretsFromFiles({ JOIN_TOKEN_FILE: file, PORT: '1' }, ['JOIN_TOKEN']);
    expect(env).toMatchObject({ JOIN_TOKEN: 'abc', PORT: '1' });
  });

  it('leaves alone what is no secret of this process, and what was given by itself', () => {
    const env = { DATABASE_URL_FILE: '/nowhere', JOIN_TOKEN: 'abc', JOIN_TOKEN_FILE: '' };
    expect(secretsFromFiles(env, ['JOIN_TOKEN'])).toEqual(env);
  });

  it('refuses two sources for one secret', () => {
    const env = { JOIN_TOKEN: 'hunter2', JOIN_TOKEN_FILE: join(folder, 'token') };
    expect(() => secretsFromFiles(env, ['JOIN_TOKEN'])).toThrow(/both set/);
    expect(() => secretsFromFiles(env, ['JOIN_TOKEN'])).not.toThrow(/hunter2/);
  });

  it('names the variable and the file that can’t be read', () => {
    const file = join(folder, 'missing');
    const read = () => secretsFromFiles({ JOIN_TOKEN_FILE: file }, ['JOIN_TOKEN']);
    expect(read).toThrow(SecretUnreadable);
    expect(read).toThrow(`JOIN_TOKEN_FILE names ${file}`);
  });
});
