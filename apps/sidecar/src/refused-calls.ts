import { type LedgerWriter, openLedger, type SidecarRecord } from '@blastradius/ledger';
import type { OnCall } from '@blastradius/workload-api';

/** What the caller itself ends is no refusal. */
const HUNG_UP = 'caller.hung-up';

/** Writes every refused call to a ledger, where there is one: who asked without being known. */
export function recordRefusals(ledgerFile: string | undefined, onCall: OnCall): OnCall {
  if (ledgerFile === undefined) return onCall;
  const ledger: LedgerWriter<SidecarRecord> = openLedger(ledgerFile);
  return (method, caller) => {
    const observed = onCall(method, caller);
    return {
      end: (refusal) => {
        observed.end(refusal);
        if (refusal === undefined || refusal.reason === HUNG_UP) return;
        const { reason } = refusal;
        ledger.append({ ledger: 'sidecar', atMs: Date.now(), method, reason, pid: caller.pid });
      },
    };
  };
}
