import { counter, observeRpc } from '@blastradius/runtime';
import type { ObservedCall } from '@blastradius/workload-api';

const attestations = counter('blastradius.sidecar.attestations', {
  description: 'Calls to the Workload API, by whether the caller was given an identity, and why not.',
  unit: '{call}',
});

/** A span and a count for each call to the Workload API. */
export function observeCall(method: string): ObservedCall {
  const span = observeRpc({ method: method.replace(/^\//, '') });
  let ended = false;
  return {
    end: (refusal) => {
      if (ended) return;
      ended = true;
      span.end(refusal?.status);
      attestations.add(1, {
        'blastradius.outcome': refusal === undefined ? 'identified' : 'refused',
        'blastradius.reason': refusal?.reason ?? 'ok',
      });
    },
  };
}
