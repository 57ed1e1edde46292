import { describe, expect, it } from 'vitest';
import { SpiffeIdInvalid } from './spiffe-id.errors.ts';
import { parseSpiffeId, type SpiffeId, spiffeIdFromPath, spiffeIdFromSegments } from './spiffe-id.ts';
import { parseTrustDomain } from './trust-domain.ts';

// The cases of go-spiffe v2.8.1: spiffeid/id_test.go, path_test.go and trustdomain_test.go.

const trustDomainCharacter = /^[a-z0-9._-]$/;
const pathCharacter = /^[A-Za-z0-9._-]$/;
/** The slash divides an ID, and go-spiffe leaves it out too. */
const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => character !== '/',
);

function outcomeOf(make: () => SpiffeId | string): string {
  try {
    const id = make();
    return typeof id === 'string' ? id : `${id.trustDomain} ${id.path}`;
  } catch (error) {
    return error instanceof SpiffeIdInvalid ? error.code : String(error);
  }
}

describe.each(characters)('the character %j', (character) => {
  it('stands in a trust domain only if it is one of a-z 0-9 . - _', () => {
    const name = `trustdomain${character}`;
    const isAllowed = trustDomainCharacter.test(character);
    const refusal = 'spiffe-id.trust-domain-character';
    expect(outcomeOf(() => parseSpiffeId(`spiffe://${name}/path`))).toBe(
      isAllowed ? `${name} /path` : refusal,
    );
    expect(outcomeOf(() => parseTrustDomain(name))).toBe(isAllowed ? name : refusal);
  });

  it('stands in a path only if it is one of A-Z a-z 0-9 . - _', () => {
    const path = `/path${character}`;
    const expected = pathCharacter.test(character) ? `trustdomain ${path}` : 'spiffe-id.path-character';
    expect(outcomeOf(() => parseSpiffeId(`spiffe://trustdomain${path}`))).toBe(expected);
    expect(outcomeOf(() => spiffeIdFromSegments('trustdomain', path.slice(1)))).toBe(expected);
  });
});

describe('a text', () => {
  it.each([
    ['', 'spiffe-id.wrong-scheme'],
    ['s', 'spiffe-id.wrong-scheme'],
    ['spiffe:/', 'spiffe-id.wrong-scheme'],
    ['spiffe:/trustdomain/path', 'spiffe-id.wrong-scheme'],
    ['Spiffe://', 'spiffe-id.wrong-scheme'],
    ['spiffe://', 'spiffe-id.empty-trust-domain'],
    ['spiffe:///', 'spiffe-id.empty-trust-domain'],
    ['spiffe:///path', 'spiffe-id.empty-trust-domain'],
    ['spiffe://trustdomain/', 'spiffe-id.trailing-slash'],
    ['spiffe://trustdomain/path/', 'spiffe-id.trailing-slash'],
    ['spiffe://trustdomain//', 'spiffe-id.trailing-slash'],
    ['spiffe://trustdomain//path', 'spiffe-id.empty-segment'],
    ['spiffe://trustdomain/.', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/./path', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/path/./other', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/path/..', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/..', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/../path', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/path/../other', 'spiffe-id.dot-segment'],
    ['spiffe://trustdomain/.path', 'trustdomain /.path'],
    ['spiffe://trustdomain/..path', 'trustdomain /..path'],
    ['spiffe://trustdomain/...', 'trustdomain /...'],
    ['spiffe://trustdomain', 'trustdomain '],
    ['spiffe://%F0%9F%A4%AF/path', 'spiffe-id.trust-domain-character'],
    ['spiffe://trustdomain/%F0%9F%A4%AF', 'spiffe-id.path-character'],
    ['spiffe://%62%61%64/path', 'spiffe-id.trust-domain-character'],
    ['spiffe://trustdomain/%62%61%64', 'spiffe-id.path-character'],
    ['spiffe://trust$domain', 'spiffe-id.trust-domain-character'],
    ['spiffe://trustdomain/path$', 'spiffe-id.path-character'],
  ])('%j is read as go-spiffe reads it: %s', (text, expected) => {
    expect(outcomeOf(() => parseSpiffeId(text))).toBe(expected);
  });
});

describe('an ID that is built', () => {
  it.each([
    [[], 'td '],
    [['foo'], 'td /foo'],
    [['foo', 'bar'], 'td /foo/bar'],
    [[''], 'spiffe-id.trailing-slash'],
    [['', 'a'], 'spiffe-id.empty-segment'],
    [['.'], 'spiffe-id.dot-segment'],
    [['..'], 'spiffe-id.dot-segment'],
    [['/'], 'spiffe-id.path-character'],
    [['/foo'], 'spiffe-id.path-character'],
    [['a/b'], 'spiffe-id.path-character'],
    [['$'], 'spiffe-id.path-character'],
  ])('of the segments %j is %s', (segments, expected) => {
    expect(outcomeOf(() => spiffeIdFromSegments('td', ...segments))).toBe(expected);
  });

  it.each([
    ['/foo', 'td /foo'],
    ['', 'td '],
    ['foo', 'spiffe-id.no-leading-slash'],
    ['/', 'spiffe-id.trailing-slash'],
    ['.evil.test/foo', 'spiffe-id.no-leading-slash'],
  ])('of the path %j is %s', (path, expected) => {
    expect(outcomeOf(() => spiffeIdFromPath('td', path))).toBe(expected);
  });

  it('has no trust domain that hides a path', () => {
    expect(outcomeOf(() => spiffeIdFromPath('td/admin', '/foo'))).toBe('spiffe-id.trust-domain-character');
  });
});
