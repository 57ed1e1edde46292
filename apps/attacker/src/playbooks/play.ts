import type { Foothold } from '@blastradius/contracts';
import { playMoltbook } from './moltbook/playbook.ts';
import type { Thief } from './moltbook/thief.ts';
import { takeAndUse } from './take-and-use/playbook.ts';

/** Where the thief stands decides what it does; one that knows of no leak knocks at the door. */
export function play(thief: Thief, foothold: Foothold): Promise<void> {
  if (foothold.leak === 'open-database' || !thief.knowsHole) return playMoltbook(thief);
  return takeAndUse(thief, foothold);
}
