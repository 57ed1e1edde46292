import { describe, expect, it } from 'vitest';
import { EgressTargetInvalid } from './egress.errors.ts';
import { readTarget } from './request-target.ts';

const target = (url: string, ...hosts: string[]) =>
  readTarget({ url, rawHeaders: hosts.flatMap((host) => ['Host', host]) });

describe('readTarget', () => {
  it('takes the host of the header, in lower case and without its port', () => {
    expect(target('/a?b=c', 'Partner.Test:8090')).toEqual({
      host: 'partner.test',
      path: '/a?b=c',
      isPlain: true,
    });
    expect(target('/', '127.0.0.1:8090').host).toBe('127.0.0.1');
    expect(target('/', '[::1]:8090').host).toBe('[::1]');
  });

  it('takes the host of an absolute target, whatever the header says', () => {
    expect(target('http://partner.test/a?b', '127.0.0.1')).toEqual({
      host: 'partner.test',
      path: '/a?b',
      isPlain: true,
    });
  });

  it.each([
    ['two hosts', '/', ['a.test', 'b.test']],
    ['a host with a user', '/', ['a.test@b.test']],
    ['a host with a path', '/', ['a.test/b']],
    ['a host with a space', '/', ['a.test b']],
    ['an absolute target that is not HTTP', 'https://a.test/', ['a.test']],
    ['an asterisk', '*', ['a.test']],
  ])('refuses %s', (_, url, hosts) => {
    expect(() => target(url, ...hosts)).toThrow(EgressTargetInvalid);
  });

  it.each(['/a/../b', '/a/%2e%2E/b', '/a/..;/b', '/a/.', '/a%2fb', '/a//b', '/a\\b', '/..', '/a#/b'])(
    'does not call %s a plain path',
    (url) => expect(target(url, 'a.test').isPlain).toBe(false),
  );

  it.each(['/', '/a.b/c..d/...', '/a?b=../%2e//'])('calls %s a plain path', (url) => {
    expect(target(url, 'a.test').isPlain).toBe(true);
  });
});
