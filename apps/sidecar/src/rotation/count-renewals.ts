import { counter } from '@blastradius/runtime';

/** `refused` is the issuer's decision; `failed` means that it made none. */
export type RenewalOutcome = 'renewed' | 'refused' | 'failed';

const renewals = counter('blastradius.sidecar.renewals', {
  description: 'SVIDs asked for, the first ones included, by what became of it.',
  unit: '{svid}',
});

/** Counts how it went for the SVIDs of the workloads, or for the sidecar's own. */
export function countRenewal(subject: 'workload' | 'sidecar', outcome: RenewalOutcome, svids: number): void {
  if (svids > 0) renewals.add(svids, { 'blastradius.subject': subject, 'blastradius.outcome': outcome });
}
