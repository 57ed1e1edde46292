import type { IssuerRecord } from '@blastradius/ledger';
import { counter } from '@blastradius/runtime';
import type { IssuerLog } from './issuer-log.ts';

const svids = counter('blastradius.issuer.svids', {
  description: 'SVIDs issued and refused, by kind and reason.',
  unit: '{svid}',
});
const nodes = counter('blastradius.issuer.nodes', {
  description: 'Sidecars admitted and turned away, by the reason.',
  unit: '{node}',
});
const authorityEvents = counter('blastradius.issuer.authority.events', {
  description: 'Steps in the lifecycle of the signing keys, by kind.',
  unit: '{event}',
});

/** The same log; each act that was written down counts. */
export function countActs(log: IssuerLog): IssuerLog {
  return {
    appendAll: (records) => {
      log.appendAll(records);
      for (const record of records) count(record);
    },
    durable: () => log.durable(),
  };
}

function count({ event, kind, reason }: IssuerRecord): void {
  // `svid-issued`: what it is about, and what became of it.
  const [subject, outcome = ''] = event.split('-');
  const attributes = { 'blastradius.outcome': outcome, 'blastradius.reason': reason };
  const ofKind = { ...attributes, 'blastradius.kind': kind };
  if (subject === 'svid') svids.add(1, ofKind);
  if (subject === 'node') nodes.add(1, attributes);
  if (subject === 'authority') authorityEvents.add(1, ofKind);
}
