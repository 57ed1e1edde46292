import type { LoadBlock } from '@blastradius/blast-radius';
import { type IssuerRecord, readLedgers } from '@blastradius/ledger';
import type { World } from '@blastradius/stack';

/**
 * For how long the new authority is only published: whoever asks for the bundle each second knows it by
 * then, on a busy machine too; and in a short run it does not take what is left of it.
 */
export function publishSecondsFor(durationSeconds: number): number {
  return Math.max(2, Math.min(5, Math.floor(durationSeconds / 6)));
}

/** The instant of the rotation, and what was done at it. */
export interface RotationInstant {
  readonly startedMs: number;
  /** False in an arm that has nothing to rotate: the instant is only marked, to compare the same spans. */
  readonly isRotation: boolean;
}

export async function rotate(world: World, publishSeconds: number): Promise<RotationInstant> {
  const startedMs = Date.now();
  await world.forceRotation?.(publishSeconds);
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
  kind: IssuerRecord['kind'] = 'x509',
): Extract<LoadBlock['rotation'], { startedMs: number }> {
  const ofKind = records.filter((record) => record.kind === kind);
  const issued = ofKind.filter(({ event, spiffeId }) => event === 'svid-issued' && spiffeId !== null);
  const holders = new Set(issued.filter(({ atMs }) => atMs < startedMs).map(({ spiffeId }) => spiffeId));
  const activated = ofKind.find(({ event, atMs }) => event === 'authority-activated' && atMs >= startedMs);
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
