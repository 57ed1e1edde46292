import { expect, test } from 'vitest';
import { assertLoopback, TargetRefused } from './loopback-only.ts';

test.each([
  'https://127.0.0.1:4711/rest/v1',
  'http://127.8.9.10/',
  'https://localhost:443/',
  'https://LOCALHOST/',
  'https://[::1]:8443/x',
  'https://0x7f.1/',
])('lets %s through', (url) => {
  expect(assertLoopback(url)).toBeInstanceOf(URL);
});

test.each([
  'https://www.moltbook.com/api/v1',
  'https://10.0.0.1/',
  'https://0.0.0.0/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://127.0.0.1.example.com/',
  'https://localhost.example.com/',
  'https://127.0.0.1@example.com/',
  'https://user:secret@127.0.0.1/',
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'not a url',
  '',
])('refuses %s', (url) => {
  expect(() => assertLoopback(url)).toThrow(TargetRefused);
});
