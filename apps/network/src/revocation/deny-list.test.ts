import { describe, expect, it } from 'vitest';
import { DenyList } from './deny-list.ts';

const svid = { spiffeId: 'spiffe://moltbook.test/agent/Crab', serial: '0a1b', notBeforeMs: 5000 };

describe('the deny list', () => {
  it('refuses nothing that was not revoked', () => {
    expect(new DenyList().isRevoked(svid)).toBe(false);
  });

  it('ends one SVID by its serial, and leaves the next one of the same identity alone', () => {
    const list = new DenyList();
    list.add({ serials: ['0a1b'], identities: [] });
    expect(list.isRevoked(svid)).toBe(true);
    expect(list.isRevoked({ ...svid, serial: '0a1c' })).toBe(false);
  });

  it('ends what an identity was issued before a moment, and nothing of another identity', () => {
    const list = new DenyList();
    list.add({ serials: [], identities: [{ spiffeId: svid.spiffeId, issuedBeforeMs: 5001 }] });
    expect(list.isRevoked(svid)).toBe(true);
    expect(list.isRevoked({ ...svid, notBeforeMs: 5001 })).toBe(false);
    expect(list.isRevoked({ ...svid, spiffeId: `${svid.spiffeId}2` })).toBe(false);
  });

  it('keeps the later of two moments', () => {
    const list = new DenyList();
    const until = (issuedBeforeMs: number) => [{ spiffeId: svid.spiffeId, issuedBeforeMs }];
    list.add({ serials: [], identities: until(9000) });
    list.add({ serials: [], identities: until(10) });
    expect(list.isRevoked(svid)).toBe(true);
  });
});
