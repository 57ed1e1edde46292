import { holdsKeys } from '@blastradius/contracts';
import type { Alarm, Detection } from './detection.ts';

const NO_IDENTITY = 'workload-api.no-identity';

/** A process that no policy knows has found the sidecar's socket. */
export const unknownWorkload: Detection = {
  id: 'unknown-workload',
  title: 'A process that no policy knows asked the sidecar',
  appliesTo: (arm) => !holdsKeys(arm),
  watch: ({ sidecar }) =>
    sidecar.flatMap(({ reason, minute, method, pid }): Alarm[] =>
      reason === NO_IDENTITY ? [{ minute, ledger: 'sidecar', recordId: `pid ${pid} ${method}` }] : [],
    ),
};

const refused = new Set([400, 403]);
/** What machines ask for: operators' own mistakes with the rest are none of a thief's. */
const ofMachines = /^(secret\/|auth\/approle\/login$)/;

/** A host asks for its own agents' keys; who has its bootstrap secret alone doesn't know which these are. */
export const refusedAtVault: Detection = {
  id: 'refused-at-vault',
  title: 'The vault refused a host what is not its own',
  appliesTo: (arm) => arm === 'vaulted-key',
  watch: ({ vault }) =>
    vault.flatMap(({ status, path, minute, requestId }): Alarm[] =>
      refused.has(status) && ofMachines.test(path) ? [{ minute, ledger: 'vault', recordId: requestId }] : [],
    ),
};
