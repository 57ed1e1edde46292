import { expect, test } from 'vitest';
import { RogueAuthority } from '../../playbooks/moltbook/rogue-authority.ts';
import { credentialsOfRequest } from './credentials-of-request.ts';
import { requestsIn } from './leak.ts';

const request = { method: 'POST', path: '/api/v1/posts' };

test('of a bearer request the token is taken, and nothing is worth a replay', async () => {
  const token = await new RogueAuthority().signToken('spiffe://moltbook.test/agent/Eel');
  const headers = { host: '127.0.0.1', authorization: `Bearer ${token}` };
  expect(credentialsOfRequest({ ...request, headers })).toEqual([{ kind: 'jwt-svid', token }]);
});

test('a request with a proof is kept as it was, with what says who sends and nothing else', () => {
  const headers = { host: '127.0.0.1', 'workload-identity-token': 'a.b.c', 'workload-proof-token': 'd.e.f' };
  expect(credentialsOfRequest({ ...request, headers })).toEqual([
    {
      kind: 'recorded-request',
      ...request,
      headers: { 'workload-identity-token': 'a.b.c', 'workload-proof-token': 'd.e.f' },
    },
  ]);
});

test('mutual TLS leaves nothing in the headers', () => {
  expect(credentialsOfRequest({ ...request, headers: { host: '127.0.0.1', accept: '*/*' } })).toEqual([]);
});

test('reads the whole lines of a log and skips what is none', () => {
  const line = { method: 'GET', uri: '/api/v1/feed?limit=5', status: 200, headers: { host: 'x' } };
  expect(requestsIn(`${JSON.stringify(line)}\nnot json\n{"method":1}\n`)).toEqual([line]);
});
