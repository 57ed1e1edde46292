import { z } from 'zod';
import { assertInRange } from '../../engine/range-only.ts';
import { credentialsIn } from '../../loot/credentials-in.ts';
import type { Thief } from '../../playbooks/moltbook/thief.ts';
import type { OpenLeak, Taking } from '../leak-act.ts';
import { readFrom } from '../read-if-there.ts';
import { readVault } from '../vault-bootstrap-secret/vault-bootstrap-secret.ts';

const vaultAccess = z.object({ vault_addr: z.url(), role_id: z.string(), secret_id: z.string() });

/** The disk of an agent that nobody needs any more, found later: on it is what the agent was known by. */
export const openRetiredAgent: OpenLeak<'retired-agent'> = ({ file }, thief) => ({
  firstLookMinute: thief.attack.carelessBackup.foundMinute,
  look: async () => {
    const disk = (await readFrom(file)) ?? '';
    return (await throughVault(disk, thief)) ?? { credentials: credentialsIn(disk) };
  },
});

/** Where the agent fetched its key, the disk holds what it logged in with. */
async function throughVault(disk: string, thief: Thief): Promise<Taking | undefined> {
  const access = vaultAccess.safeParse(parsed(disk)).data;
  if (access === undefined) return undefined;
  const { vault_addr, ...secret } = access;
  return readVault(thief, (await assertInRange(vault_addr)).origin, secret);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
