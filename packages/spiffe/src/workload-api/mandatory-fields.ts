import { WorkloadApiFieldMissing } from './workload-api-client.errors.ts';

/** Refuses a message in which one of the fields has its default value (SPIFFE Workload API, 4.5). */
export function assertFields(fields: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value.length === 0) throw new WorkloadApiFieldMissing(`${name} is missing`);
  }
}

/** Refuses a response without a single SVID: who may have none is told so by an error. */
export function assertSome(svids: readonly unknown[]): void {
  if (svids.length === 0) throw new WorkloadApiFieldMissing('svids is empty');
}
