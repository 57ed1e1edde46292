import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpiffeIdInvalid } from './spiffe-id.errors.ts';
import { parseSpiffeId } from './spiffe-id.ts';
import { parseTrustDomain } from './trust-domain.ts';

const charactersOf = (allowed: RegExp) =>
  Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter((char) => allowed.test(char));
const trustDomains = fc.string({
  unit: fc.constantFrom(...charactersOf(/[a-z0-9._-]/)),
  minLength: 1,
  maxLength: 40,
});
const segments = fc
  .string({ unit: fc.constantFrom(...charactersOf(/[a-zA-Z0-9._-]/)), minLength: 1, maxLength: 20 })
  .filter((segment) => segment !== '.' && segment !== '..');

function codeOf(text: string): string {
  try {
    parseSpiffeId(text);
    return 'accepted';
  } catch (error) {
    return error instanceof SpiffeIdInvalid ? error.code : 'another error';
  }
}

describe('parseSpiffeId', () => {
  it('gives back trust domain, path and the very text', () => {
    const anyId = fc.tuple(trustDomains, fc.array(segments, { maxLength: 5 }));
    fc.assert(
      fc.property(anyId, ([trustDomain, parts]) => {
        const path = parts.map((part) => `/${part}`).join('');
        const id = parseSpiffeId(`spiffe://${trustDomain}${path}`);
        expect({ trustDomain: id.trustDomain, path: id.path }).toEqual({ trustDomain, path });
        expect(String(id)).toBe(`spiffe://${trustDomain}${path}`);
      }),
    );
  });

  it.each([
    ['', 'wrong-scheme'],
    ['https://moltbook.test/agent', 'wrong-scheme'],
    ['SPIFFE://moltbook.test/agent', 'wrong-scheme'],
    ['spiffe:/moltbook.test/agent', 'wrong-scheme'],
    ['spiffe://', 'empty-trust-domain'],
    ['spiffe:///agent', 'empty-trust-domain'],
    [`spiffe://${'a'.repeat(256)}/agent`, 'trust-domain-too-long'],
    ['spiffe://Moltbook.test/agent', 'trust-domain-character'],
    ['spiffe://user@moltbook.test/agent', 'trust-domain-character'],
    ['spiffe://moltbook.test:443/agent', 'trust-domain-character'],
    ['spiffe://moltbook%2etest/agent', 'trust-domain-character'],
    ['spiffe://moltbook.test?x=1', 'trust-domain-character'],
    ['spiffe://moltbook.test/', 'trailing-slash'],
    ['spiffe://moltbook.test/agent/', 'trailing-slash'],
    ['spiffe://moltbook.test//agent', 'empty-segment'],
    ['spiffe://moltbook.test/./agent', 'dot-segment'],
    ['spiffe://moltbook.test/agent/..', 'dot-segment'],
    ['spiffe://moltbook.test/agent?x=1', 'path-character'],
    ['spiffe://moltbook.test/agent#x', 'path-character'],
    ['spiffe://moltbook.test/%61gent', 'path-character'],
    ['spiffe://moltbook.test/agent\n', 'path-character'],
    ['spiffe://moltbook.test/agént', 'path-character'],
    [`spiffe://moltbook.test/${'a'.repeat(2048)}`, 'too-long'],
  ])('refuses %j as %s', (text, defect) => {
    expect(codeOf(text)).toBe(`spiffe-id.${defect}`);
  });

  it('refuses each of the first 256 characters that a path may not hold', () => {
    for (const char of charactersOf(/[^a-zA-Z0-9._/-]/)) {
      expect(codeOf(`spiffe://moltbook.test/a${char}b`)).toBe('spiffe-id.path-character');
    }
  });

  it('supports 2048 bytes', () => {
    expect(codeOf(`spiffe://moltbook.test/${'a'.repeat(2048 - 23)}`)).toBe('accepted');
  });

  it('takes a trust domain that looks like an address', () => {
    expect(parseTrustDomain('10.0.0.1')).toBe('10.0.0.1');
  });
});
