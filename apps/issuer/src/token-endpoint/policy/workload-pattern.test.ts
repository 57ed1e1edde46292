import { tokenAdministration } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { matchesWorkload } from './workload-pattern.ts';

describe('a pattern of workloads', () => {
  it.each([
    ['spiffe://a.test/agent/ada', 'spiffe://a.test/agent/ada', true],
    ['spiffe://a.test/agent/ada', 'spiffe://a.test/agent/ada/x', false],
    ['spiffe://a.test/agent/ada', 'spiffe://a.test/agent/adam', false],
    ['spiffe://a.test/agent/*', 'spiffe://a.test/agent/ada', true],
    ['spiffe://a.test/agent/*', 'spiffe://a.test/agent/ada/x', true],
    ['spiffe://a.test/agent/*', 'spiffe://a.test/agents/ada', false],
    ['spiffe://a.test/agent/*', 'spiffe://a.test/agent', false],
    ['spiffe://a.test/*', 'spiffe://a.test/agent/ada', true],
    ['spiffe://a.test/*', 'spiffe://a.test.evil.test/agent/ada', false],
  ])('%s, held against %s: %s', (pattern, spiffeId, matches) => {
    expect(tokenAdministration.workloadPattern.safeParse(pattern).success).toBe(true);
    expect(matchesWorkload(pattern, spiffeId)).toBe(matches);
  });

  it.each([
    'spiffe://*/agent',
    '*',
    'spiffe://a.test',
    'spiffe://a.test/',
    'spiffe://a.test/a*',
    'spiffe://a.test/*/b',
    'https://a.test/x',
    'spiffe://A.test/x',
  ])('is not %s', (pattern) => {
    expect(tokenAdministration.workloadPattern.safeParse(pattern).success).toBe(false);
  });
});
