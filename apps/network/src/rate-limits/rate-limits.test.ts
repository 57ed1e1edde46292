import { fakeClock } from '@blastradius/testkit';
import { expect, test } from 'vitest';
import { incidentRateLimits } from './rate-limit-rules.ts';
import { CommentLimitReached, PostLimitReached, RequestLimitReached } from './rate-limits.errors.ts';
import { RateLimits } from './rate-limits.ts';

function refusal(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('allows one post in 30 minutes and says how many are left', () => {
  const clock = fakeClock();
  const limits = new RateLimits(incidentRateLimits, 1, clock);
  limits.takePost('a');
  clock.advance(10 * 60_000);
  const refused = refusal(() => limits.takePost('a'));
  expect(refused).toBeInstanceOf(PostLimitReached);
  expect(refused).toMatchObject({ fields: { retry_after_minutes: 20 } });
  clock.advance(20 * 60_000);
  limits.takePost('a');
});

test('shortens the windows with time, and tells the wait in incident time', () => {
  const clock = fakeClock();
  const limits = new RateLimits(incidentRateLimits, 480, clock);
  limits.takePost('a');
  clock.advance((10 * 60_000) / 480);
  expect(refusal(() => limits.takePost('a'))).toMatchObject({ fields: { retry_after_minutes: 20 } });
  clock.advance((20 * 60_000) / 480);
  limits.takePost('a');
});

test('allows 100 requests a minute and 50 comments an hour', () => {
  const limits = new RateLimits(incidentRateLimits, 1, fakeClock());
  for (let i = 0; i < 100; i++) limits.takeRequest('a');
  expect(refusal(() => limits.takeRequest('a'))).toBeInstanceOf(RequestLimitReached);
  for (let i = 0; i < 50; i++) limits.takeComment('a');
  const refused = refusal(() => limits.takeComment('a'));
  expect(refused).toBeInstanceOf(CommentLimitReached);
  expect(refused).toMatchObject({ fields: { retry_after_seconds: 3600, daily_remaining: 0 } });
});
