import { expect, it } from 'vitest';
import { AgreedClock } from './agreed-clock.ts';

/** Ours is ahead of the database's by as much as the test says. */
function clocks(aheadMs: number) {
  const state = { aheadMs };
  const clock = { now: () => new Date(Date.now() + state.aheadMs) };
  return { state, agreed: new AgreedClock(clock, 60, async () => new Date()) };
}

it.each([0, 59_000, -59_000])('takes a clock that is %i ms ahead for right', async (aheadMs) => {
  const { agreed } = clocks(aheadMs);
  await agreed.compare();
  agreed.now();
});

it.each([61_000, -61_000, 3_600_000])('refuses one that is %i ms ahead', async (aheadMs) => {
  await expect(clocks(aheadMs).agreed.compare()).rejects.toMatchObject({ code: 'issuer.clocks-differ' });
});

it('sees that a clock was set before it asks the database again, and that it was set right', async () => {
  const { state, agreed } = clocks(0);
  await agreed.compare();
  state.aheadMs = -3_600_000;
  // A millisecond may have gone by between the two clocks.
  expect(() => agreed.now()).toThrow(/-(3600\d{3}|3599\d{3}) ms ahead/);
  state.aheadMs = 0;
  agreed.now();
});

it('trusts no clock that was never compared', () => {
  expect(() => clocks(0).agreed.now()).toThrow('not been compared');
});
