import { expect, test } from 'vitest';
import { discoveryDocument, discoveryKeySet, discoveryPaths } from './discovery-documents.ts';

test('the documents stand below the issuer’s path, with or without a slash at its end', () => {
  expect(discoveryPaths('https://a.test')).toEqual({
    configuration: '/.well-known/openid-configuration',
    keys: '/keys',
  });
  expect(discoveryPaths('https://a.test/')).toEqual(discoveryPaths('https://a.test'));
  expect(discoveryPaths('https://a.test:8443/td/')).toEqual({
    configuration: '/td/.well-known/openid-configuration',
    keys: '/td/keys',
  });
});

test('the issuer is the `iss` of the tokens to the letter, and the keys are where they are served', () => {
  for (const issuer of ['https://a.test', 'https://a.test/', 'https://a.test/td', 'https://a.test/td/']) {
    const document = JSON.parse(discoveryDocument(issuer));
    expect(document.issuer).toBe(issuer);
    expect(new URL(document.jwks_uri).pathname).toBe(discoveryPaths(issuer).keys);
  }
});

test('a key says what it is for', () => {
  const jwk = { kty: 'EC' as const, crv: 'P-256' as const, x: 'x', y: 'y', kid: 'k' };
  expect(JSON.parse(discoveryKeySet([jwk]))).toEqual({ keys: [{ ...jwk, use: 'sig', alg: 'ES256' }] });
  expect(JSON.parse(discoveryKeySet([]))).toEqual({ keys: [] });
});
