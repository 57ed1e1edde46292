import type { Arm } from '@blastradius/contracts';
import { counter } from '@blastradius/runtime';
import type { Limit } from './rate-limits.ts';

const refusals = counter('blastradius.rate_limit.refusals', {
  description: 'Requests refused because an agent had used up its allowance.',
  unit: '{refusal}',
});

export function countRefusal(arm: Arm): (limit: Limit) => void {
  return (limit) => refusals.add(1, { 'blastradius.arm': arm, 'blastradius.limit': limit });
}
