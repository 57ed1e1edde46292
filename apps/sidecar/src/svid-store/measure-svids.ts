import type { Clock } from '@blastradius/kernel';
import { gauge } from '@blastradius/runtime';

/** Holds SVIDs; when each comes to its end, epoch milliseconds. */
export interface HoldsSvids {
  endsMs(): readonly number[];
}

/**
 * Tells how many SVIDs are held for workloads, and how far off the nearest end is. Below zero would
 * mean a workload without an identity. Returns how to stop it.
 */
export function measureSvids(stores: readonly HoldsSvids[], clock: Clock): () => void {
  const endsMs = () => stores.flatMap((store) => store.endsMs());
  const stopCount = gauge(
    'blastradius.sidecar.svids',
    { description: 'SVIDs held for workloads.', unit: '{svid}' },
    () => endsMs().length,
  );
  const stopNearest = gauge(
    'blastradius.sidecar.svid.time_to_end',
    { description: 'Time until the first of the SVIDs that are held comes to its end.', unit: 's' },
    () => secondsUntil(endsMs(), clock),
  );
  return () => {
    stopCount();
    stopNearest();
  };
}

function secondsUntil(endsMs: readonly number[], clock: Clock): number | undefined {
  if (endsMs.length === 0) return undefined;
  const nearest = endsMs.reduce((earliest, ms) => Math.min(earliest, ms));
  return (nearest - clock.now().getTime()) / 1000;
}
