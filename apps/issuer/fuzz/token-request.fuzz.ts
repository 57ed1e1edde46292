import { mutatedBytes, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readForm } from '../src/token-endpoint/request/read-form.ts';
import { readTokenRequest } from '../src/token-endpoint/request/read-token-request.ts';
import { TokenRequestRefused } from '../src/token-endpoint/token-endpoint.errors.ts';

const names = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'assertion',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
  '__proto__',
  'constructor',
];
const values = [
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
  'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe',
  'https://rs.test',
  'read write',
  'a.b.c',
  '',
];
const pair = fc.tuple(
  fc.oneof(fc.constantFrom(...names), fc.string()),
  fc.oneof(fc.constantFrom(...values), fc.string()),
);
const good = new URLSearchParams([
  ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
  ['subject_token', 'a.b.c'],
  ['subject_token_type', 'urn:ietf:params:oauth:token-type:jwt'],
  ['resource', 'https://rs.test'],
  ['scope', 'read'],
]).toString();

function read(body: Uint8Array): void {
  try {
    const request = readTokenRequest(readForm(body));
    expect(request.audience.length).toBeGreaterThan(0);
    expect(new Set(request.scopes).size).toBe(request.scopes.length);
    expect(request.subject !== undefined).toBe(request.grant === 'token-exchange');
    expect(request.assertion !== undefined).toBe(request.grant === 'jwt-bearer');
  } catch (error) {
    if (!(error instanceof TokenRequestRefused)) throw error;
  }
}

describe('a token request is read or refused with a word of OAuth’s, and nothing else happens', () => {
  it('control: a good one is read, and one parameter twice is refused', async () => {
    const ask = (text: string) => outcomeOf(() => readTokenRequest(readForm(Buffer.from(text))));
    expect(await ask(good)).toBe('accepted');
    expect(await ask(`${good}&scope=write`)).toBe('token-request.parameter-repeated');
  });

  it('whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), mutatedBytes(Buffer.from(good))), read),
    );
  });

  it('whatever parameters it has', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 80 }), (pairs) =>
        read(Buffer.from(new URLSearchParams(pairs).toString())),
      ),
    );
  });
});
