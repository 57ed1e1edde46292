import { expect, it } from 'vitest';
import { ClockAgreement } from './clock-agreement.ts';

/** Ours is ahead of the database's by as much as the test says. */
function clocks(aheadMs: number) {
  const state = { aheadMs };
  const clock = { now: () => new Date(Date.now() + state.aheadMs) };
  return { state, agreement: new ClockAgreement(clock, 60, async () => new Date()) };
}

it.each([0, 59_000, -59_000])('takes a clock that is %i ms ahead for right', async (aheadMs) => {
  const { agreement } = clocks(aheadMs);
  await agreement.compare();
  agreement.assert();
});

it.each([61_000, -61_000, 3_600_000])('refuses one that is %i ms ahead', async (aheadMs) => {
  await expect(clocks(aheadMs).agreement.compare()).rejects.toMatchObject({ code: 'issuer.clocks-differ' });
});

it('sees that a clock was set before it asks the database again, and that it was set right', async () => {
  const { state, agreement } = clocks(0);
  await agreement.compare();
  state.aheadMs = -3_600_000;
  expect(() => agreement.assert()).toThrow('-3600000 ms ahead');
  state.aheadMs = 0;
  agreement.assert();
});

it('trusts no clock that was never compared', () => {
  expect(() => clocks(0).agreement.assert()).toThrow('not been compared');
});
