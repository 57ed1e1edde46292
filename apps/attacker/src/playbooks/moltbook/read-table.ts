import type { AttemptResult } from '../../engine/attempts.ts';
import type { OpenBackend, Row } from './open-backend.ts';
import { partOf, type Step } from './techniques.ts';
import type { Thief } from './thief.ts';

/** So that a table without end doesn't hold a thief for ever. */
const PAGES_MAX = 5000;

export interface Reading {
  readonly step: Step;
  readonly table: string;
  readonly newestFirst?: boolean;
  /** What the rows of a page yield. */
  readonly take: (rows: readonly Row[]) => NonNullable<AttemptResult['loot']>;
  /** Whether a page with this yield is the last that is worth asking for. */
  readonly isEnough?: (loot: NonNullable<AttemptResult['loot']>) => boolean;
}

/** Reads a table page by page through the hole; each page is an attempt. */
export async function readTable(thief: Thief, backend: OpenBackend, reading: Reading): Promise<void> {
  const { harvestPageSize: size } = thief.attack;
  for (let page = 0; page < PAGES_MAX && thief.agenda.nowMinute < thief.agenda.endMinute; page++) {
    const offset = page * size;
    const { count, loot } = await readPage(thief, backend, reading, offset);
    if (count < size || reading.isEnough?.(loot)) return;
  }
}

export const noLoot = { credentialsOf: [], privateMessages: 0, thirdPartySecrets: [], emails: 0 };

async function readPage(thief: Thief, backend: OpenBackend, reading: Reading, offset: number) {
  const { table, newestFirst, step, take } = reading;
  const { harvestPageSize: size } = thief.attack;
  let loot: NonNullable<AttemptResult['loot']> = noLoot;
  const { rows } = await thief.attempts.make(
    {
      ...partOf(step),
      vector: 'hole',
      action: 'read',
      forges: false,
      victim: null,
      presented: 'publishable-key',
    },
    () => backend.read(table, { offset, size, ...(newestFirst ? { newestFirst } : {}) }),
    ({ requestId, outcome, status, rows: found }) => {
      loot = take(found);
      return { requestId, outcome, status, table, rows: found.length, ...(found.length > 0 ? { loot } : {}) };
    },
  );
  return { count: rows.length, loot };
}
