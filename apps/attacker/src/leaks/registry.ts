import type { Foothold, Leak } from '@blastradius/contracts';
import type { Thief } from '../playbooks/moltbook/thief.ts';
import { openAgentMemory } from './agent-memory/agent-memory.ts';
import { openDatabaseDump } from './database-dump/leak.ts';
import { openDirectMessages } from './direct-messages/leak.ts';
import { openHostRoot } from './host-root/host-root.ts';
import { openIssuerSigningKey } from './issuer-signing-key/issuer-signing-key.ts';
import type { LeakAct, OpenLeak } from './leak-act.ts';
import { LeakUnknown } from './leaks.errors.ts';
import { openManInTheMiddle } from './man-in-the-middle/leak.ts';
import { openNothing } from './nothing-taken.ts';
import { openRequestLogs } from './request-logs/leak.ts';
import { openRetiredAgent } from './retired-agent/leak.ts';
import { openSidecarSocket } from './sidecar-socket/sidecar-socket.ts';
import { openVaultBootstrapSecret } from './vault-bootstrap-secret/vault-bootstrap-secret.ts';

/** Leaks whose loot is taken first and used then; the others have playbooks of their own. */
const leaks: { readonly [L in Leak]?: OpenLeak<L> } = {
  'agent-memory': openAgentMemory,
  'sidecar-socket': openSidecarSocket,
  'host-root': openHostRoot,
  'issuer-signing-key': openIssuerSigningKey,
  'prompt-injection': openNothing,
  'issuer-outage': openNothing,
  'database-dump': openDatabaseDump,
  'request-logs': openRequestLogs,
  'direct-messages': openDirectMessages,
  'man-in-the-middle': openManInTheMiddle,
  'retired-agent': openRetiredAgent,
  'vault-bootstrap-secret': openVaultBootstrapSecret,
};

export async function openLeak(foothold: Foothold, thief: Thief): Promise<readonly LeakAct[]> {
  // The foothold's own `leak` has chosen the function, which the compiler can't follow.
  const open = leaks[foothold.leak] as OpenLeak<Leak> | undefined;
  if (open === undefined) {
    throw new LeakUnknown(
      `nobody has taught the thief what to do with the leak ${foothold.leak}; it knows ${Object.keys(leaks).join(', ')}`,
    );
  }
  return [await open(foothold as never, thief)].flat();
}
