import { describe, expect, it } from 'vitest';
import { svidLifetime } from './svid-lifetime.ts';

const second = (text: string) => new Date(`2026-02-01T12:00:${text}Z`);

describe('svidLifetime', () => {
  it('is whole seconds, never longer than what was granted', () => {
    expect(svidLifetime(second('10.400'), 7.5)).toEqual({ notBefore: second('09'), notAfter: second('17') });
    expect(svidLifetime(second('10.600'), 7.5).notAfter).toEqual(second('18'));
  });

  it('is not over before it began, however short it was granted', () => {
    expect(svidLifetime(second('00.900'), 0.01).notAfter).toEqual(second('02'));
  });
});
