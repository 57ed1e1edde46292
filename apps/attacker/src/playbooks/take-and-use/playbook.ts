import { randomUUID } from 'node:crypto';
import type { Foothold } from '@blastradius/contracts';
import type { LeakAct, Taking } from '../../leaks/leak-act.ts';
import { openLeak } from '../../leaks/registry.ts';
import { CredentialClients } from '../../loot/credential-clients.ts';
import { type Held, Holdings, ownersOfReusable } from '../../loot/holdings.ts';
import { firstUseAfter } from '../moltbook/plan-uses.ts';
import { RogueAuthority } from '../moltbook/rogue-authority.ts';
import { partOf, type Step } from '../moltbook/techniques.ts';
import type { Thief } from '../moltbook/thief.ts';
import { UseTaken } from './use-taken.ts';

/** So that a leak which always has one more place doesn't keep a thief from using what it has. */
const LOOKS_IN_A_ROW_MAX = 200;

/**
 * Takes what lies where the leak leads to, looks again from time to time, and uses what it holds until the
 * scenario ends. One look at a time for each way in; a way that takes long holds up no other.
 */
export async function takeAndUse(thief: Thief, foothold: Foothold): Promise<void> {
  const { agenda, attack, tactics, seed, networkUrl } = thief;
  const acts = await openLeak(foothold, thief);
  const holdings = new Holdings();
  const clients = new CredentialClients(networkUrl, new RogueAuthority());
  const use = new UseTaken(thief, holdings, clients);
  let usesFrom: number | undefined;

  const lookAround = async (act: LeakAct) => {
    if (usesFrom !== undefined && !tactics.takesAgain) return;
    for (let looks = 0; looks < LOOKS_IN_A_ROW_MAX; looks++) {
      const { fresh, hasMore } = await lookOnce(thief, foothold, () => act.look(), holdings);
      if (fresh.length > 0) {
        usesFrom ??= firstUseAfter(agenda.nowMinute, attack, seed, tactics);
        use.add(fresh, Math.max(usesFrom, agenda.nowMinute));
      }
      if (!hasMore || agenda.nowMinute >= agenda.endMinute) return;
    }
  };
  const looking = new Set<LeakAct>();
  for (const act of acts) {
    const everyMinutes = Math.min(
      act.lookEveryMinutes ?? Number.POSITIVE_INFINITY,
      attack.reharvestEveryMinutes,
    );
    const firstMinute = act.firstLookMinute ?? attack.discoveryMinute;
    agenda.each(looksFrom(firstMinute, everyMinutes, agenda.endMinute), async () => {
      if (looking.has(act)) return;
      looking.add(act);
      await lookAround(act).finally(() => looking.delete(act));
    });
  }
  try {
    await agenda.finish();
  } finally {
    await Promise.all(acts.map((act) => act.close?.()));
    await Promise.all([clients.close(), use.close()]);
  }
}

function* looksFrom(firstMinute: number, everyMinutes: number, endMinute: number) {
  for (let count = 0; ; count++) {
    const minute = firstMinute + count * everyMinutes;
    if (minute >= endMinute) return;
    yield { minute };
  }
}

/** One look is one line of the ledger, whatever it finds. */
async function lookOnce(
  { attempts }: Thief,
  { leak }: Foothold,
  look: () => Promise<Taking>,
  holdings: Holdings,
): Promise<{ readonly fresh: readonly Held[]; readonly hasMore: boolean }> {
  let fresh: readonly Held[] = [];
  const step: Step = leak === 'open-database' ? 'harvest-agents' : `take-${leak}`;
  const taking = await attempts.make(
    {
      ...partOf(step),
      vector: 'hole',
      action: 'take',
      forges: false,
      victim: null,
      presented: 'nothing',
    },
    look,
    ({ credentials, rows, privateMessages = 0, thirdPartySecrets = [], emails = 0 }) => {
      fresh = holdings.take(credentials);
      const found = fresh.length + privateMessages + thirdPartySecrets.length + emails;
      return {
        requestId: randomUUID(),
        outcome: found > 0 ? 'accepted' : 'refused',
        status: null,
        ...(rows === undefined ? {} : { rows }),
        loot: {
          credentialsOf: ownersOfReusable(fresh),
          privateMessages,
          thirdPartySecrets: [...thirdPartySecrets],
          emails,
        },
      };
    },
  );
  return { fresh, hasMore: taking.hasMore ?? false };
}
