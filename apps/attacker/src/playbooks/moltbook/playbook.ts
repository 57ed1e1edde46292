import { createRandom } from '@blastradius/kernel';
import { assertInRange } from '../../engine/range-only.ts';
import { readCarelessBackup } from './careless-backup.ts';
import { findPublishableKey } from './find-publishable-key.ts';
import { harvestAgents } from './harvest-agents.ts';
import { listTables } from './list-tables.ts';
import { OpenBackend } from './open-backend.ts';
import { everySoOften, firstUseAfter, planUses } from './plan-uses.ts';
import { readEmails } from './read-emails.ts';
import { readMessages } from './read-messages.ts';
import { readPublicNames } from './read-public-names.ts';
import type { Thief } from './thief.ts';
import { UseLoot } from './use-loot.ts';
import { WriteThroughHole } from './write-through-hole.ts';

const TRY_AGAIN_MINUTES = 10;

/** The Moltbook leak, in the order of the kill chain; ends with the scenario. */
export async function playMoltbook(thief: Thief): Promise<void> {
  const { agenda, attack, backupFile } = thief;
  const useLoot = new UseLoot(thief);
  const begin = thief.knowsHole ? openHole : knockAtDoor;
  agenda.at(attack.discoveryMinute, () => begin(thief, useLoot));
  if (backupFile !== undefined) {
    agenda.at(attack.carelessBackup.foundMinute, async () => {
      const backup = await readCarelessBackup(backupFile);
      if (backup) await useLoot.takeBackup(backup);
    });
  }
  await agenda.finish();
}

async function openHole(thief: Thief, useLoot: UseLoot): Promise<void> {
  const { agenda, attack, seed, fetch } = thief;
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
  agenda.each(everySoOften(from, attack.throughHoleWritesPerHour, agenda.endMinute), () => write.execute());
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

function startUsing({ agenda, attack, seed, loot }: Thief, useLoot: UseLoot): void {
  const plan = planUses(attack, [...loot.agents.keys()], {
    seed,
    firstUseMinute: firstUseAfter(agenda.nowMinute, attack, seed),
    endMinute: agenda.endMinute,
  });
  agenda.each(plan.validations, (due) => useLoot.validate(due));
  agenda.each(plan.uses, (due) => useLoot.impersonate(due));
}
