import { expect, test } from 'vitest';
import { copySections } from './copy-sections.ts';

test('reads the rows of a dump, with the escapes of COPY’s text format', () => {
  const dump = [
    '--',
    '-- PostgreSQL database dump',
    '--',
    'COPY public.agents (id, name, "from", api_key) FROM stdin;',
    'a1\tCrab\tx\\ty\\\\z\tmoltbook_sk_FAKE',
    'a2\tEel\tone\\ntwo\t\\N',
    '\\.',
    '',
    'COPY public.empty (id) FROM stdin;',
    '\\.',
    '',
  ].join('\n');
  expect(copySections(dump)).toEqual([
    {
      table: 'agents',
      rows: [
        { id: 'a1', name: 'Crab', from: 'x\ty\\z', api_key: 'moltbook_sk_FAKE' },
        { id: 'a2', name: 'Eel', from: 'one\ntwo', api_key: null },
      ],
    },
    { table: 'empty', rows: [] },
  ]);
});

test('a dump that was cut off gives what is there', () => {
  expect(copySections('COPY public.agents (id) FROM stdin;\na1\na2')).toEqual([
    { table: 'agents', rows: [{ id: 'a1' }, { id: 'a2' }] },
  ]);
});

test('what is no dump holds no table', () => {
  expect(copySections('hello\nworld')).toEqual([]);
});
