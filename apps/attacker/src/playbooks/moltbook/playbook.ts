import { createRandom } from '@blastradius/kernel';
import { assertInRange } from '../../engine/range-only.ts';
import { CredentialClients } from '../../loot/credential-clients.ts';
import { Holdings } from '../../loot/holdings.ts';
import { UseTaken } from '../take-and-use/use-taken.ts';
import { readCarelessBackup } from './careless-backup.ts';
import { findPublishableKey } from './find-publishable-key.ts';
import { harvestAgents } from './harvest-agents.ts';
import { listTables } from './list-tables.ts';
import { OpenBackend } from './open-backend.ts';
import { everySoOften, firstUseAfter, planUses } from './plan-uses.ts';
import { readEmails } from './read-emails.ts';
import { readMessages } from './read-messages.ts';
import { readPublicNames } from './read-public-names.ts';
import { RogueAuthority } from './rogue-authority.ts';
import type { Thief } from './thief.ts';
import { UseLoot } from './use-loot.ts';
import { WriteThroughHole } from './write-through-hole.ts';

const TRY_AGAIN_MINUTES = 10;

/** The Moltbook leak, in the order of the kill chain; ends with the scenario. */
export async function playMoltbook(thief: Thief): Promise<void> {
  const { agenda, attack, tactics, backupFile, networkUrl } = thief;
  const clients = new CredentialClients(networkUrl, new RogueAuthority());
  const beyondHole = new UseTaken(thief, new Holdings(), clients);
  const useLoot = new UseLoot(thief, beyondHole.pivot);
  const begin = thief.knowsHole ? openHole : knockAtDoor;
  agenda.at(attack.discoveryMinute, () => begin(thief, useLoot));
  if (backupFile !== undefined) {
    agenda.at(attack.carelessBackup.foundMinute, async () => {
      const backup = await readCarelessBackup(backupFile);
      if (backup) agenda.at(agenda.nowMinute + tactics.waitMinutes, () => useLoot.takeBackup(backup));
    });
  }
  try {
    await agenda.finish();
  } finally {
    await Promise.all([clients.close(), beyondHole.close()]);
  }
}

async function openHole(thief: Thief, useLoot: UseLoot): Promise<void> {
  const { agenda, attack, tactics, seed, fetch } = thief;
  const project = await findPublishableKey(thief);
  if (!project) {
    agenda.at(agenda.nowMinute + TRY_AGAIN_MINUTES, () => openHole(thief, useLoot));
    return;
  }
  await assertInRange(project.url);
  const backend = new OpenBackend(project, fetch);
  await listTables(thief, backend);
  await takeAll(thief, backend);
  startUsing(thief, useLoot);
  const write = new WriteThroughHole(thief, backend, createRandom(`${seed}/writes`));
  const from = agenda.nowMinute;
  const writes = everySoOften(from + tactics.waitMinutes, tactics.throughHoleWritesPerHour, agenda.endMinute);
  agenda.each(writes, () => write.execute());
  if (!tactics.takesAgain) return;
  const again = 60 / attack.reharvestEveryMinutes;
  agenda.each(everySoOften(from + attack.reharvestEveryMinutes, again, agenda.endMinute), () =>
    takeAll(thief, backend),
  );
}

async function takeAll(thief: Thief, backend: OpenBackend): Promise<void> {
  await harvestAgents(thief, backend);
  await readMessages(thief, backend);
  await readEmails(thief, backend);
}

/** Without the leak: names that anyone can read, and nothing to show for them. */
async function knockAtDoor(thief: Thief, useLoot: UseLoot): Promise<void> {
  await readPublicNames(thief);
  startUsing(thief, useLoot);
}

function startUsing({ agenda, attack, tactics, seed, loot }: Thief, useLoot: UseLoot): void {
  const plan = planUses(tactics, [...loot.agents.keys()], {
    seed,
    firstUseMinute: firstUseAfter(agenda.nowMinute, attack, seed, tactics),
    endMinute: agenda.endMinute,
  });
  agenda.each(plan.validations, (due) => useLoot.validate(due));
  agenda.each(plan.uses, (due) => useLoot.impersonate(due));
}
