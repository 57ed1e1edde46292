import { expect, test } from 'vitest';
import { showRelationships } from './show-relationships.ts';

const now = new Date(100_000);
const web = {
  trustDomain: 'a.test',
  url: 'https://a.test/',
  profile: 'https_web' as const,
  failures: 0,
  nextPollAtMs: 0,
};

test('each trust domain stands with its endpoint, its bundle and when it was fetched', () => {
  const bundle = {
    sequence: '7',
    refreshHintSeconds: 30,
    x509Authorities: 2,
    jwtAuthorities: 1,
    witAuthorities: 0,
  };
  const endpointSpiffeId = 'spiffe://b.test/server';
  const spiffe = { ...web, trustDomain: 'b.test', profile: 'https_spiffe' as const, endpointSpiffeId };
  const failing = { failures: 2, failure: 'federation.endpoint-slow: late', lastFailureAtMs: 99_000 };
  expect(
    showRelationships(
      [
        { ...web, bundle, lastSuccessAtMs: 90_000 },
        { ...spiffe, ...failing },
      ],
      now,
    ),
  ).toBe(
    `a.test
  endpoint  https://a.test/ (https_web)
  bundle    authorities: 2 x509, 1 jwt, 0 wit; sequence 7; to be fetched every 30 s
  fetched   10 s ago
b.test
  endpoint  https://a.test/ (https_spiffe, spiffe://b.test/server)
  bundle    none yet: nobody of it is believed
  fetched   never
  failing   2 times, 1 s ago: federation.endpoint-slow: late
`,
  );
});

test('that there is nobody is said', () => {
  expect(showRelationships([], now)).toContain('nobody');
});
