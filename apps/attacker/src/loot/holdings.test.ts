import { expect, test } from 'vitest';
import { Holdings } from './holdings.ts';

const key = (apiKey: string, agent?: string) =>
  ({ kind: 'api-key', apiKey, ...(agent ? { agent } : {}) }) as const;
const name = (lie: 'authorization' | 'x-spiffe-id') =>
  ({ kind: 'name', spiffeId: 'spiffe://moltbook.test/agent/Eel', lie }) as const;

test('what was taken before is not taken again', () => {
  const holdings = new Holdings();
  expect(holdings.take([key('a', 'Eel'), key('a', 'Eel')])).toHaveLength(1);
  expect(holdings.take([key('a', 'Eel')])).toEqual([]);
});

test('the newest key that was not refused is shown; a refused one only where nothing better is there', () => {
  const holdings = new Holdings();
  holdings.take([key('old', 'Eel')]);
  const [newer] = holdings.take([key('new', 'Eel')]);
  expect(holdings.choose('Eel', 0)).toBe(newer);
  if (newer) holdings.refused(newer);
  expect(holdings.choose('Eel', 0)?.credential).toEqual(key('old', 'Eel'));
});

test('where nothing should work, everything is shown in turn', () => {
  const holdings = new Holdings();
  holdings.take([name('authorization'), name('x-spiffe-id')]);
  const shown = [0, 1].map((turn) => holdings.choose('Eel', turn)?.credential);
  expect(new Set(shown).size).toBe(2);
});

test('a credential belongs to nobody until the network says whose it is', () => {
  const holdings = new Holdings();
  const [held] = holdings.take([key('a')]);
  expect(holdings.owners).toEqual([held?.id]);
  if (held) holdings.learn(held, 'Eel');
  expect(holdings.owners).toEqual(['Eel']);
});
