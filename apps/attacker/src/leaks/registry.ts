import type { Foothold, Leak } from '@blastradius/contracts';
import type { Thief } from '../playbooks/moltbook/thief.ts';
import { openDatabaseDump } from './database-dump/leak.ts';
import { openDirectMessages } from './direct-messages/leak.ts';
import type { LeakAct, OpenLeak } from './leak-act.ts';
import { LeakUnknown } from './leaks.errors.ts';
import { openManInTheMiddle } from './man-in-the-middle/leak.ts';
import { openRequestLogs } from './request-logs/leak.ts';
import { openRetiredAgent } from './retired-agent/leak.ts';

/** Leaks whose loot is taken first and used then; the others have playbooks of their own. */
const leaks: { readonly [L in Leak]?: OpenLeak<L> } = {
  'database-dump': openDatabaseDump,
  'request-logs': openRequestLogs,
  'direct-messages': openDirectMessages,
  'man-in-the-middle': openManInTheMiddle,
  'retired-agent': openRetiredAgent,
};

export async function openLeak(foothold: Foothold, thief: Thief): Promise<LeakAct> {
  // The foothold's own `leak` has chosen the function, which the compiler can't follow.
  const open = leaks[foothold.leak] as OpenLeak<Leak> | undefined;
  if (open === undefined) {
    throw new LeakUnknown(
      `nobody has taught the thief what to do with the leak ${foothold.leak}; it knows ${Object.keys(leaks).join(', ')}`,
    );
  }
  return open(foothold as never, thief);
}
