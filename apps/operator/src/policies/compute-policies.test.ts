import { createPopulation } from '@blastradius/scenario';
import { describe, expect, test } from 'vitest';
import { computePolicies } from './compute-policies.ts';

const scenario = { population: { agents: 6, processes: 6, agentsPerOwner: 1, readerShare: 0 } };
const population = createPopulation(scenario, { seed: 'seed', agents: 6, processes: 2 });
const programs = {
  uid: 1000,
  nodeSha256: 'n'.repeat(64),
  networkSha256: 'a'.repeat(64),
  fleetSha256: 'f'.repeat(64),
};
const context = {
  population,
  programs,
  networkDnsNames: ['localhost', 'network'],
  load: { agents: ['load-0001', 'load-0002'], programSha256: undefined },
};
const policies = computePolicies(context);
const find = (id: string) => policies.find((policy) => policy.id === id);
const names = population.agents.map(({ name }) => name);

describe('the policies of a platform in containers', () => {
  test('bind every identity to the one sidecar that may ask for it', () => {
    expect(policies.map(({ id }) => id)).toEqual(['network', 'fleet', 'agent-1', 'agent-2', 'load']);
    expect(policies.every(({ id, nodes }) => nodes?.length === 1 && nodes[0] === id)).toBe(true);
  });

  test('tell a workload by user, program and script, and by no path, which proves nothing in a container', () => {
    expect(find('network')).toMatchObject({
      selectors: [
        'unix:uid:1000',
        `unix:sha256:${programs.nodeSha256}`,
        `interpreter:sha256:${programs.networkSha256}`,
      ],
      dnsNames: ['localhost', 'network'],
    });
    expect(
      policies.flatMap(({ selectors }) => selectors).filter((selector) => selector.includes(':path:')),
    ).toEqual([]);
  });

  test('give each agent its identity once: by itself, or in the process that carries many', () => {
    expect(find('agent-1')?.spiffeId).toBe(`spiffe://{trustDomain}/agent/${names[0]}`);
    expect(find('agent-2')?.spiffeId).toBe(`spiffe://{trustDomain}/agent/${names[1]}`);
    expect(find('fleet')?.instances).toEqual(names.slice(2));
  });

  test('pin agents of their own to their image where containers are attested, and nobody else', () => {
    const agentImageDigest = `sha256:${'1'.repeat(64)}`;
    const pinned = computePolicies({ ...context, programs: { ...programs, agentImageDigest } });
    const byImage = pinned.filter(({ selectors }) =>
      selectors.includes(`docker:image_config_digest:${agentImageDigest}`),
    );
    expect(byImage.map(({ id }) => id)).toEqual(['agent-1', 'agent-2']);
    expect(policies.flatMap(({ selectors }) => selectors).join()).not.toContain('docker:');
  });

  test('pin the load generator to its program where that is known', () => {
    expect(find('load')?.selectors).toEqual(['unix:uid:1000']);
    const pinned = computePolicies({ ...context, load: { ...context.load, programSha256: 'e'.repeat(64) } });
    expect(pinned.at(-1)?.selectors).toEqual(['unix:uid:1000', `unix:sha256:${'e'.repeat(64)}`]);
  });

  test('give a load generator without callers nothing', () => {
    const none = computePolicies({ ...context, load: { agents: [], programSha256: undefined } });
    expect(none.map(({ id }) => id)).not.toContain('load');
  });
});
