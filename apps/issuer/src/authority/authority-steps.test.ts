import { describe, expect, it } from 'vitest';
import { AuthorityMissing, AuthorityNotPrepared, AuthorityWithoutPredecessor } from './authority.errors.ts';
import * as steps from './authority-steps.ts';
import type { StoredAuthority } from './authority-store.ts';

const now = new Date('2026-02-01T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const authority = (id: string, changes: Partial<StoredAuthority> = {}): StoredAuthority => ({
  id,
  kind: 'x509',
  published: new Uint8Array(),
  wrappedKey: new Uint8Array(),
  notBefore: at(-61),
  notAfter: at(3600),
  preparedAt: at(-60),
  activatedAt: null,
  taintedAt: null,
  hasKey: true,
  ...changes,
});
const create: steps.CreateAuthority = async (preparedAt) => authority('created', { preparedAt });
const current = authority('current', { activatedAt: at(-60) });
const next = authority('next');

describe('ensureCurrent', () => {
  it('changes nothing while someone signs', async () => {
    expect(await steps.ensureCurrent([current, next], now, create)).toBeNull();
  });
  it('prefers the authority that is published already', async () => {
    expect(await steps.ensureCurrent([next], now, create)).toEqual({ activate: { id: 'next', at: now } });
  });
  it('makes the first one, which signs at once', async () => {
    expect(await steps.ensureCurrent([], now, create)).toMatchObject({
      add: { id: 'created' },
      activate: { id: 'created', at: now },
    });
  });
});

describe('prepareNext', () => {
  it('publishes one that signs nothing yet', async () => {
    expect(await steps.prepareNext([current], now, create)).toMatchObject({ add: { activatedAt: null } });
  });
  it('finds one that waits already enough', async () => {
    expect(await steps.prepareNext([current, next], now, create)).toBeNull();
  });
});

describe('prepareDue', () => {
  it('lets a tick that comes early after a restart pass', async () => {
    expect(await steps.prepareDue([current], now, create, 121)).toBeNull();
    expect(await steps.prepareDue([current], now, create, 120)).toMatchObject({ add: { id: 'created' } });
  });
});

describe('activation', () => {
  it('by order does not wait for the delay, but needs a prepared authority', () => {
    expect(steps.activateNext([current, next], now)).toEqual({ activate: { id: 'next', at: now } });
    expect(() => steps.activateNext([current], now)).toThrow(AuthorityNotPrepared);
  });
  it('on schedule waits until everyone had time to fetch the bundle', () => {
    expect(steps.activateDue([current, next], now, 61)).toBeNull();
    expect(steps.activateDue([current, next], now, 60)).toEqual({ activate: { id: 'next', at: now } });
    expect(steps.activateDue([current], now, 0)).toBeNull();
  });
});

describe('activation after the clock was set back', () => {
  it('is later than every activation before it, so that the new authority is the one that signs', () => {
    const future = authority('future', { activatedAt: at(3000) });
    const expected = { activate: { id: 'next', at: new Date(at(3000).getTime() + 1) } };
    expect(steps.activateNext([future, next], now)).toEqual(expected);
    expect(steps.activateAndTaint([future, next], now, 'next')).toMatchObject(expected);
  });
});

describe('activation of one that is known by its id', () => {
  it('taints nothing that has signed since: a later rotation was quicker', () => {
    const later = authority('later', { activatedAt: at(10) });
    const mine = { ...next, activatedAt: at(0) };
    expect(steps.activateAndTaint([current, mine, later], now, 'next')).toEqual({
      taint: { ids: ['current'], at: now },
    });
  });
  it('is done once, whoever does it first', () => {
    const taint = { ids: ['current'], at: now };
    expect(steps.activateAndTaint([current, next], now, 'next')).toEqual({
      activate: { id: 'next', at: now },
      taint,
    });
    const signs = { ...next, activatedAt: at(-1) };
    expect(steps.activateAndTaint([current, signs], now, 'next')).toEqual({ taint });
    expect(steps.activateAndTaint([{ ...current, taintedAt: at(-1) }, signs], now, 'next')).toBeNull();
    expect(() => steps.activateAndTaint([current], now, 'next')).toThrow(AuthorityMissing);
  });
});

describe('taintPrevious', () => {
  const previous = authority('previous', { activatedAt: at(-90) });
  it('taints every predecessor, and neither who signs nor who waits', () => {
    const older = authority('older', { activatedAt: at(-100) });
    expect(steps.taintPrevious([older, previous, current, next], now)).toEqual({
      taint: { ids: ['previous', 'older'], at: now },
    });
  });
  it('changes nothing the second time, and says so where there is nothing to taint', () => {
    expect(steps.taintPrevious([{ ...previous, taintedAt: at(-1) }, current], now)).toBeNull();
    expect(() => steps.taintPrevious([current, next], now)).toThrow(AuthorityWithoutPredecessor);
  });
});

describe('retireExpired', () => {
  it('takes away those past their end and no others', () => {
    expect(steps.retireExpired([current, authority('old', { notAfter: now })], now)).toEqual({
      remove: ['old'],
    });
    expect(steps.retireExpired([current], now)).toBeNull();
  });
});
