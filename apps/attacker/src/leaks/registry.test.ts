import { expect, test } from 'vitest';
import type { Thief } from '../playbooks/moltbook/thief.ts';
import { LeakUnknown } from './leaks.errors.ts';
import { openLeak } from './registry.ts';

test('a leak with a playbook of its own is refused, and what is known is named', async () => {
  const opening = openLeak({ leak: 'open-database' }, {} as Thief);
  await expect(opening).rejects.toThrow(LeakUnknown);
  await expect(opening).rejects.toThrow('database-dump');
});
