import { describe, expect, it } from 'vitest';
import {
  type AuthorityTimes,
  activationDueAt,
  authorityLifetime,
  authorityStates,
} from './authority-states.ts';

const now = new Date('2026-02-01T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const authority = (id: string, changes: Partial<AuthorityTimes> = {}): AuthorityTimes => ({
  id,
  notBefore: at(-61),
  notAfter: at(3600),
  preparedAt: at(-60),
  activatedAt: null,
  taintedAt: null,
  hasKey: true,
  ...changes,
});
const idsOf = (authorities: readonly AuthorityTimes[]) => {
  const { next, current, previous, expired } = authorityStates(authorities, now);
  const ids = (all: readonly AuthorityTimes[]) => all.map(({ id }) => id);
  return { next: next?.id, current: current?.id, previous: ids(previous), expired: ids(expired) };
};

describe('authorityStates', () => {
  it('lets the one that was activated last sign, and keeps its predecessors', () => {
    const authorities = [
      authority('old', { activatedAt: at(-50) }),
      authority('new', { activatedAt: at(-10) }),
      authority('older', { activatedAt: at(-90) }),
    ];
    expect(idsOf(authorities)).toEqual({
      next: undefined,
      current: 'new',
      previous: ['old', 'older'],
      expired: [],
    });
  });

  it('lets one that was only published sign nothing', () => {
    expect(idsOf([authority('a')])).toEqual({ next: 'a', current: undefined, previous: [], expired: [] });
  });

  it('ends an authority at its last instant, whatever it was', () => {
    const ended = { notAfter: now };
    const authorities = [authority('a', { ...ended, activatedAt: at(-5) }), authority('b', ended)];
    expect(idsOf(authorities)).toEqual({
      next: undefined,
      current: undefined,
      previous: [],
      expired: ['a', 'b'],
    });
  });

  it('never lets one sign whose key is gone, nor one that begins when the clock has moved on by more than a minute', () => {
    const signs = authority('signs', { activatedAt: at(-50) });
    const authorities = [
      signs,
      authority('keyless', { activatedAt: at(-10), hasKey: false }),
      authority('ahead', { activatedAt: at(3600), notBefore: at(61), notAfter: at(7200) }),
    ];
    expect(idsOf(authorities)).toMatchObject({ current: 'signs', previous: ['ahead', 'keyless'] });
    expect(idsOf([signs, authority('lag', { activatedAt: at(60), notBefore: at(60) })]).current).toBe('lag');
    expect(idsOf([signs, authority('waits-ahead', { notBefore: at(61) })]).next).toBeUndefined();
  });

  it('lets a predecessor that is still valid sign again when its successor has ended', () => {
    const authorities = [
      authority('long', { activatedAt: at(-50) }),
      authority('short', { activatedAt: at(-10), notAfter: at(-1) }),
    ];
    expect(idsOf(authorities)).toMatchObject({ current: 'long', expired: ['short'] });
  });
});

describe('a tainted authority', () => {
  it('never signs again, even when its successor has ended and nobody else can', () => {
    const authorities = [
      authority('long', { activatedAt: at(-50), taintedAt: at(-9) }),
      authority('short', { activatedAt: at(-10), notAfter: at(-1) }),
    ];
    expect(idsOf(authorities)).toMatchObject({ current: undefined, previous: ['long'], expired: ['short'] });
  });
});

describe('the times of an authority', () => {
  it('are due after the delay, counted from its publication', () => {
    expect(activationDueAt(authority('a', { preparedAt: now }), 1.5)).toEqual(at(1.5));
  });

  it('are whole seconds and never shorter than two', () => {
    const lifetime = authorityLifetime(new Date(now.getTime() + 999), 0.1);
    expect(lifetime).toEqual({ notBefore: at(-1), notAfter: at(2) });
    expect(authorityLifetime(now, 90.7).notAfter).toEqual(at(90));
  });
});
