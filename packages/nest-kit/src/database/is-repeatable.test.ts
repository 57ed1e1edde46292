import { expect, test } from 'vitest';
import { isRepeatable } from './is-repeatable.ts';

test.each([
  'select 1',
  'with recursive t as (select 1) select * from t',
  'begin',
  'start transaction read only',
])('may be made twice: %s', (sql) => expect(isRepeatable(sql)).toBe(true));

test.each([
  'insert into posts values (1)',
  'update agents set karma = 1',
  'with gone as (delete from votes returning id) select * from gone',
  'select * from agents for no key update',
  "select nextval('posts')",
  'select pg_advisory_xact_lock(1)',
  'commit',
  'rollback',
])('may not: %s', (sql) => expect(isRepeatable(sql)).toBe(false));
