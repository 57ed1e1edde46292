import { expect, test } from 'vitest';
import { withoutEntries } from './without-entries.ts';

const network = {
  id: 'network',
  selectors: ['unix:uid:0'],
  spiffeId: 'spiffe://{trustDomain}/network',
  dnsNames: [],
};
const host = {
  id: 'agent-host',
  selectors: ['unix:uid:1'],
  spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
  instances: ['Ada', 'Bob'],
  dnsNames: [],
};
const process = {
  id: 'agent-process',
  selectors: ['unix:uid:1', 'interpreter:path:/agents/{agent}/agent.mjs'],
  spiffeId: 'spiffe://{trustDomain}/agent/{agent}',
  dnsNames: [],
};

test('an agent that is denied has no entry left, and the others keep theirs', () => {
  const left = withoutEntries([network, host, process], ['Ada', 'Cy'], ['Cy', 'Dee_2']);
  expect(left).toEqual([
    network,
    { ...host, instances: ['Bob'] },
    {
      ...process,
      id: 'agent-process-dee-2',
      selectors: ['unix:uid:1', 'interpreter:path:/agents/Dee_2/agent.mjs'],
      spiffeId: 'spiffe://{trustDomain}/agent/Dee_2',
    },
  ]);
});

test('where all are denied, the network alone is left', () => {
  expect(withoutEntries([network, host, process], ['Ada', 'Bob', 'Cy'], ['Cy'])).toEqual([network]);
});
