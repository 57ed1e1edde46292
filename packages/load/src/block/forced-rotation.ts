import type { LoadBlock } from '@blastradius/blast-radius';
import { type IssuerRecord, readLedgers } from '@blastradius/ledger';
import type { World } from '@blastradius/stack';

/** For how long the new authority is only published, so that it is known before it signs. */
const PUBLISH_SECONDS = 2;

/** The instant of the rotation, and what was done at it. */
export interface RotationInstant {
  readonly startedMs: number;
  /** False in an arm that has nothing to rotate: the instant is only marked, to compare the same spans. */
  readonly isRotation: boolean;
}

export async function rotateAt(world: World): Promise<RotationInstant> {
  const startedMs = Date.now();
  await world.forceRotation?.(PUBLISH_SECONDS);
  return { startedMs, isRotation: world.forceRotation !== null };
}

/** What became of it, by the issuer's own ledger. */
export function rotationOf(
  { startedMs, isRotation }: RotationInstant,
  ledgerFolder: string,
): LoadBlock['rotation'] {
  if (!isRotation) return { markedMs: startedMs };
  const records = readLedgers(ledgerFolder).filter((record) => record.ledger === 'issuer');
  return countReplaced(records, startedMs);
}

/**
 * Counts who held an SVID when the rotation began, and who of them was given another one after the new
 * authority had begun to sign. It is finished when the last of them had been.
 */
export function countReplaced(
  records: readonly IssuerRecord[],
  startedMs: number,
): Extract<LoadBlock['rotation'], { startedMs: number }> {
  const issued = records.filter(({ event, spiffeId }) => event === 'svid-issued' && spiffeId !== null);
  const holders = new Set(issued.filter(({ atMs }) => atMs < startedMs).map(({ spiffeId }) => spiffeId));
  const activated = records.find(({ event, atMs }) => event === 'authority-activated' && atMs >= startedMs);
  const replacedAtMs = new Map<string | null, number>();
  for (const { spiffeId, atMs } of activated ? issued : []) {
    const isNew = atMs >= (activated?.atMs ?? 0) && holders.has(spiffeId);
    if (isNew && !replacedAtMs.has(spiffeId)) replacedAtMs.set(spiffeId, atMs);
  }
  return {
    startedMs,
    finishedMs: Math.max(startedMs, activated?.atMs ?? startedMs, ...replacedAtMs.values()),
    svidsReplaced: replacedAtMs.size,
    svidsTotal: holders.size,
  };
}
