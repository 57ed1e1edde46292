import { issuerAdministration } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { checkPolicies } from './check-policies.ts';
import { problemText } from './policy-problem.ts';

const good = { id: 'p', selectors: ['path:/{agent}'], spiffeId: 'spiffe://{trustDomain}/agent/{agent}' };
const check = (...policies: object[]) =>
  checkPolicies(issuerAdministration.policiesRequest.parse({ policies }).policies, {
    trustDomain: 'moltbook.test',
    ttlSecondsMax: { x509: 3600, jwt: 300, wit: 3600 },
  }).map(problemText);

describe('checkPolicies', () => {
  it('takes templates over captures and instances', () => {
    const host = { ...good, id: 'q', spiffeId: 'spiffe://moltbook.test/{instance}', instances: ['a'] };
    expect(check(good, host)).toEqual([]);
  });

  it.each([
    ['there are two', [good, good]],
    ['nothing gives {other} a value', [{ ...good, spiffeId: 'spiffe://{trustDomain}/{other}' }]],
    ['nothing gives {instance} a value', [{ ...good, spiffeId: 'spiffe://{trustDomain}/{instance}' }]],
    ['does not use {instance}', [{ ...good, instances: ['a'] }]],
    ['must not capture {trustDomain}', [{ ...good, selectors: ['path:/{trustDomain}', 'x:{agent}'] }]],
    ['must not capture {instance}', [{ ...good, selectors: ['path:/{instance}', 'x:{agent}'] }]],
    ['leaves the trust domain', [{ ...good, spiffeId: 'spiffe://other.test/{agent}' }]],
    ['has a path', [{ ...good, spiffeId: 'spiffe://{trustDomain}' }]],
    ['belongs to the identity plane', [{ ...good, spiffeId: 'spiffe://{trustDomain}/issuer' }]],
    ['belongs to the identity plane', [{ ...good, spiffeId: 'spiffe://{trustDomain}/sidecar/{agent}' }]],
    ['makes no SPIFFE ID', [{ ...good, spiffeId: 'spiffe://{trustDomain}/a b/{agent}' }]],
    ['federates with its own', [{ ...good, federatesWith: ['moltbook.test'] }]],
    ['federates with what is no trust domain', [{ ...good, federatesWith: ['spiffe://Other'] }]],
    ['makes no SPIFFE ID', [{ ...good, spiffeId: 'https://{trustDomain}/{agent}' }]],
  ])('refuses a set where %s', (text, policies) => {
    expect(check(...policies)).toEqual([expect.stringContaining(text)]);
  });
});
