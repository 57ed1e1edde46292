import { credentialsIn } from '../../loot/credentials-in.ts';
import type { OpenLeak } from '../leak-act.ts';
import { readFrom } from '../read-if-there.ts';

/** The disk of an agent that nobody needs any more, found later: on it is what the agent was known by. */
export const openRetiredAgent: OpenLeak<'retired-agent'> = ({ file }, { attack }) => ({
  firstLookMinute: attack.carelessBackup.foundMinute,
  look: async () => ({ credentials: credentialsIn((await readFrom(file)) ?? '') }),
});
