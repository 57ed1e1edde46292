import { expect, test } from 'vitest';
import { armList, oneOrMoreOf, positiveNumber, seedText, selectorList, wholeNumber } from './options.ts';

test('a number out of range, or none, is refused with what is allowed', () => {
  const agents = wholeNumber(1, 100);
  expect(agents('100')).toBe(100);
  for (const text of ['0', '101', '-1', '1.5', '', 'ten', '1e1', '0x10'])
    expect(() => agents(text)).toThrow(/from 1 to 100/);
  for (const text of ['', ' ', 'fast', 'NaN', '0', '1e9'])
    expect(() => positiveNumber(1, 1000)(text)).toThrow(/from 1 to 1000/);
});

test('arms keep the order they are asked for in; an unknown or doubled one is refused', () => {
  expect(armList('x509-svid,static-key')).toEqual(['x509-svid', 'static-key']);
  expect(armList('static-key')).toEqual(['static-key']);
  for (const text of ['', 'static', 'static-key,static-key', 'static-key,'])
    expect(() => armList(text)).toThrow(/Allowed/);
});

test('a seed is a short word', () => {
  expect(seedText('moltbook-1')).toBe('moltbook-1');
  for (const text of ['', 'a b', 'x'.repeat(65)]) expect(() => seedText(text)).toThrow(/Allowed/);
});

test('selectors are told apart by their types, and may hold commas', () => {
  expect(selectorList('unix:uid:1,docker:label:a:b,c,d=e,unix:gid:2')).toEqual([
    'unix:uid:1',
    'docker:label:a:b,c,d=e',
    'unix:gid:2',
  ]);
  for (const text of ['', 'unix', 'unix:', ':uid:1']) expect(() => selectorList(text)).toThrow(/Allowed/);
});

test('names are taken from those that there are, each once', () => {
  const names = oneOrMoreOf(['unix', 'docker']);
  expect(names('docker,unix')).toEqual(['unix', 'docker']);
  for (const text of ['', 'unix,unix', 'unix,magic']) expect(() => names(text)).toThrow(/one or more of/);
});
