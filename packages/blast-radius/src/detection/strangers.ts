import { holdsKeys } from '@blastradius/contracts';
import type { Alarm, Detection, OperatorsView } from './detection.ts';

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

/** A host asks for its own agents' keys; who has its bootstrap secret alone doesn't know which these are. */
export const refusedAtVault: Detection = {
  id: 'refused-at-vault',
  title: 'The vault refused a host what is not its own',
  appliesTo: (arm) => arm === 'vaulted-key',
  watch: ({ vault }) =>
    vault
      .filter((answer) => isForeignRead(answer) || isRefusedLogin(answer))
      .map(({ minute, requestId }) => ({ minute, ledger: 'vault', recordId: requestId })),
};

type Answer = OperatorsView['vault'][number];

/** A token that has ended is nobody's: its host is refused, and logs in again. */
function isForeignRead({ path, role, status }: Answer): boolean {
  return status === 403 && role !== null && path.startsWith('secret/');
}

function isRefusedLogin({ path, status }: Answer): boolean {
  return status === 400 && path === 'auth/approle/login';
}
