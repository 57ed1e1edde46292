import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeSecrets } from './make-secrets.ts';

function folderOfSecrets() {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
const all = (folder: string) =>
  Object.fromEntries(
    globSync('*/*', { cwd: folder })
      .sort()
      .map((name) => [name, read(folder, name)]),
  );

test('a second run makes nothing and changes nothing', () => {
  const folder = folderOfSecrets();
  expect(makeSecrets(folder)).toHaveLength(Object.keys(all(folder)).length);
  const before = all(folder);
  expect(makeSecrets(folder)).toEqual([]);
  expect(all(folder)).toEqual(before);
});

test('two platforms share no secret', () => {
  const [one, other] = [folderOfSecrets(), folderOfSecrets()];
  makeSecrets(one);
  makeSecrets(other);
  const theirs = new Set(Object.values(all(other)));
  expect(Object.values(all(one)).filter((content) => theirs.has(content))).toEqual([]);
});

test('what two services share, both have: passwords, the queue, the keys of the gateway', () => {
  const folder = folderOfSecrets();
  makeSecrets(folder);
  const password = read(folder, 'postgres/network_x509_svid');
  expect(read(folder, 'network-x509-svid/pgpass')).toBe(`*:*:*:network_x509_svid:${password}\n`);
  expect(read(folder, 'issuer/jobs-url')).toBe(`redis://:${read(folder, 'redis/password')}@redis:6379`);
  expect(read(folder, 'redis/redis.conf')).toContain(`requirepass ${read(folder, 'redis/password')}\n`);
  expect(read(folder, 'postgrest-static-key/jwt-secret')).toBe(
    read(folder, 'data-api-static-key/jwt-secret'),
  );
  expect(read(folder, 'postgrest-static-key/jwt-secret')).not.toBe(
    read(folder, 'postgrest-x509-svid/jwt-secret'),
  );
  expect(Buffer.from(read(folder, 'issuer/key-encryption-key'), 'base64')).toHaveLength(32);
});

test('a run that was cut short is finished by the next, with the secrets that are there', () => {
  const folder = folderOfSecrets();
  makeSecrets(folder);
  const before = all(folder);
  rmSync(join(folder, 'network-static-key/pgpass'));
  expect(makeSecrets(folder)).toEqual(['network-static-key/pgpass']);
  expect(all(folder)).toEqual(before);
});

test('a secret is for its owner alone, but in a folder that hands on a group, which may read', () => {
  const folder = folderOfSecrets();
  mkdirSync(join(folder, 'postgres'));
  chmodSync(join(folder, 'postgres'), 0o2750);
  makeSecrets(folder);
  expect(statSync(join(folder, 'postgres/superuser')).mode & 0o777).toBe(0o640);
  expect(statSync(join(folder, 'issuer/pgpass')).mode & 0o777).toBe(0o600);
  expect(existsSync(join(folder, 'issuer/pgpass.new'))).toBe(false);
});
