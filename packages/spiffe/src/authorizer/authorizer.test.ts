import { describe, expect, it } from 'vitest';
import { parseSpiffeId } from '../spiffe-id/spiffe-id.ts';
import {
  authorizeAny,
  authorizeId,
  authorizeMatching,
  authorizeMemberOf,
  authorizeOneOf,
} from './authorizer.ts';

const agent = parseSpiffeId('spiffe://moltbook.test/agent/a');

describe('authorizers', () => {
  it('authorizeId takes that one identity and no neighbour', () => {
    const isAgent = authorizeId(agent);
    expect(isAgent(parseSpiffeId('spiffe://moltbook.test/agent/a'))).toBe(true);
    expect(isAgent(parseSpiffeId('spiffe://moltbook.test/agent/ab'))).toBe(false);
    expect(isAgent(parseSpiffeId('spiffe://other.test/agent/a'))).toBe(false);
  });

  it('authorizeMemberOf takes no domain that merely begins alike', () => {
    const isMember = authorizeMemberOf('moltbook.test');
    expect(isMember(agent)).toBe(true);
    expect(isMember(parseSpiffeId('spiffe://moltbook.test.evil/agent/a'))).toBe(false);
  });

  it('authorizeOneOf takes those and no other, and of an empty list nobody', () => {
    const isEither = authorizeOneOf([agent, parseSpiffeId('spiffe://moltbook.test/agent/b')]);
    expect(isEither(agent)).toBe(true);
    expect(isEither(parseSpiffeId('spiffe://moltbook.test/agent/c'))).toBe(false);
    expect(authorizeOneOf([])(agent)).toBe(false);
  });

  it('authorizeMatching takes whom the predicate takes, and nobody where it fails', () => {
    expect(authorizeMatching((id) => id.path.startsWith('/agent/'))(agent)).toBe(true);
    expect(authorizeMatching((id) => id.path.startsWith('/admin/'))(agent)).toBe(false);
    const failing = authorizeMatching(() => {
      throw new Error('no');
    });
    expect(failing(agent)).toBe(false);
  });

  it('authorizeAny takes whoever was verified', () => {
    expect(authorizeAny()(agent)).toBe(true);
  });
});
