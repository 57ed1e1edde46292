import { expect, test } from 'vitest';
import { blockOrder } from './block-order.ts';

test('arms are interleaved forth and back, so that each has the same mean place', () => {
  expect(blockOrder(['a', 'b'], 1)).toEqual(['a', 'b', 'b', 'a']);
  expect(blockOrder(['a', 'b', 'c'], 1)).toEqual(['a', 'b', 'c', 'c', 'b', 'a']);
  const order = blockOrder(['a', 'b'], 3);
  const meanPlace = (arm: string) => {
    const places = order.flatMap((name, place) => (name === arm ? [place] : []));
    return places.reduce((sum, place) => sum + place, 0) / places.length;
  };
  expect(order).toHaveLength(12);
  expect(meanPlace('a')).toBe(meanPlace('b'));
});

test('one arm alone is loaded once for each repeat', () => {
  expect(blockOrder(['a'], 2)).toEqual(['a', 'a']);
});
