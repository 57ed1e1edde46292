import type { AuthorityView } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { showAuthorities } from './show-authorities.ts';

const key = (changes: Partial<AuthorityView>): AuthorityView => ({
  kind: 'jwt',
  keyId: 'ab12',
  state: 'current',
  notBefore: '2026-02-01T11:59:59.000Z',
  notAfter: '2026-02-02T12:00:00.000Z',
  preparedAt: '2026-02-01T12:00:00.000Z',
  activatedAt: '2026-02-01T12:01:00.000Z',
  taintedAt: null,
  revokedAt: null,
  ...changes,
});
const shown = (authorities: AuthorityView[]) =>
  showAuthorities({ trustDomain: 'moltbook.test', bundleSequence: 7, authorities, rotations: [] });

describe('what there is of keys', () => {
  it('is shown by key set, each with its state, its key id and its times', () => {
    const tainted = key({ keyId: 'cd34', state: 'tainted', taintedAt: '2026-02-01T13:00:00.000Z' });
    expect(shown([tainted, key({}), key({ kind: 'wit', state: 'next', activatedAt: null })])).toBe(
      `moltbook.test, bundle 7
jwt
  tainted   cd34  prepared 2026-02-01T12:00:00.000Z, activated 2026-02-01T12:01:00.000Z, tainted 2026-02-01T13:00:00.000Z, ends 2026-02-02T12:00:00.000Z
  current   ab12  prepared 2026-02-01T12:00:00.000Z, activated 2026-02-01T12:01:00.000Z, ends 2026-02-02T12:00:00.000Z
wit
  next      ab12  prepared 2026-02-01T12:00:00.000Z, ends 2026-02-02T12:00:00.000Z
`,
    );
  });

  it('says of one that was made while the clock was ahead when it begins', () => {
    expect(shown([key({ state: 'not-begun' })])).toContain(
      "begins 2026-02-01T11:59:59.000Z: the issuer's clock was ahead",
    );
  });

  it('names a rotation that is under way', () => {
    const rotation = {
      id: '1',
      orderedBy: 'host/1',
      kinds: ['x509' as const, 'jwt' as const],
      phase: 'publishing' as const,
      orderedAt: '2026-02-01T12:00:00.000Z',
      activateAt: '2026-02-01T12:05:00.000Z',
      finishedAt: null,
    };
    const answer = {
      trustDomain: 'moltbook.test',
      bundleSequence: 7,
      authorities: [],
      rotations: [rotation],
    };
    expect(showAuthorities(answer)).toContain(
      'rotation of x509, jwt: the next keys sign at 2026-02-01T12:05:00.000Z (ordered at host/1)\n',
    );
  });
});
