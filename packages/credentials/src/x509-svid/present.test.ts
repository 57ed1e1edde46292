import type { RequestListener } from 'node:http';
import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { authorityOf, startSvidServer, svidOf } from '../../test/tls-world.ts';
import { AgentClient } from '../agent-client/agent-client.ts';
import { presentX509Svid } from './present.ts';

const serverId = 'spiffe://moltbook.test/network';
const agentId = 'spiffe://moltbook.test/agent/Crab';

/** Answers with what the caller's certificate says. */
const whoAreYou: RequestListener = (request, response) => {
  const leaf = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
  response.end(JSON.stringify({ names: leaf?.subjectAltName, serial: leaf?.serialNumber }));
};

async function world(listener: RequestListener = whoAreYou) {
  const authority = await authorityOf();
  const server = await startSvidServer({ authority, svid: await svidOf(authority, serverId) }, listener);
  return { authority, server };
}

test('shows the SVID in mutual TLS to the server with the expected SPIFFE ID', async () => {
  const { authority, server } = await world();
  const svid = await svidOf(authority, agentId);
  const authorities = () => [authority.certificate];
  const presenter = presentX509Svid({ svid: () => svid, trust: { kind: 'spiffe', serverId, authorities } });
  const answer = await new AgentClient({ networkUrl: server.url, presenter }).me();
  expect(answer).toMatchObject({ outcome: 'accepted', body: { names: `URI:${agentId}` } });
});

test('refuses a server that is another workload of the same trust domain', async () => {
  const { authority, server } = await world();
  const svid = await svidOf(authority, agentId);
  const trust = {
    kind: 'spiffe',
    serverId: 'spiffe://moltbook.test/other',
    authorities: () => [authority.certificate],
  } as const;
  const client = new AgentClient({
    networkUrl: server.url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  expect(await client.me()).toMatchObject({ outcome: 'failed', error: 'server.identity-mismatch' });
});

test('refuses a server whose SVID comes from an authority that is not in the bundle', async () => {
  const { authority, server } = await world();
  const svid = await svidOf(authority, agentId);
  const stranger = await authorityOf();
  const trust = { kind: 'spiffe', serverId, authorities: () => [stranger.certificate] } as const;
  const client = new AgentClient({
    networkUrl: server.url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  expect(await client.me()).toMatchObject({ outcome: 'failed', status: null });
});

test('uses one connection again while the SVID stays the same, and takes a new one for a new SVID', async () => {
  const { authority, server } = await world();
  let svid = await svidOf(authority, agentId);
  const trust = { kind: 'spiffe', serverId, authorities: () => [authority.certificate] } as const;
  const client = new AgentClient({
    networkUrl: server.url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  const before = [];
  for (let count = 0; count < 10; count++) before.push((await client.me()).body);
  expect(new Set(before.map((body) => JSON.stringify(body))).size).toBe(1);
  expect(server.connections()).toBe(1);
  svid = await svidOf(authority, agentId);
  const after = await client.me();
  expect(after.outcome).toBe('accepted');
  expect(after.body).not.toEqual(before[0]);
  expect(server.connections()).toBe(2);
});

test('a rotation cuts no request that is under way', async () => {
  const held: (() => void)[] = [];
  const { authority, server } = await world((request, response) => {
    if (request.method === 'POST') held.push(() => whoAreYou(request, response));
    else whoAreYou(request, response);
  });
  let svid = await svidOf(authority, agentId);
  const trust = { kind: 'spiffe', serverId, authorities: () => [authority.certificate] } as const;
  const client = new AgentClient({
    networkUrl: server.url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  const slow = client.upvote('p1');
  await expect.poll(() => held.length).toBe(1);
  svid = await svidOf(authority, agentId);
  const quick = await client.me();
  held[0]?.();
  const finished = await slow;
  expect([quick.outcome, finished.outcome]).toEqual(['accepted', 'accepted']);
  expect(finished.body).not.toEqual(quick.body);
});

test('follows the bundle when the authority of the server changes', async () => {
  const { authority, server } = await world();
  const svid = await svidOf(authority, agentId);
  let authorities = [(await authorityOf()).certificate];
  const trust = { kind: 'spiffe', serverId, authorities: () => authorities } as const;
  const client = new AgentClient({
    networkUrl: server.url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  expect((await client.me()).outcome).toBe('failed');
  authorities = [...authorities, authority.certificate];
  expect((await client.me()).outcome).toBe('accepted');
});

test('trusts nobody while the bundle is empty', async () => {
  const { authority, server } = await world();
  const svid = await svidOf(authority, agentId);
  const trust = { kind: 'spiffe', serverId, authorities: () => [] } as const;
  const client = new AgentClient({
    networkUrl: server.url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  expect(await client.me()).toMatchObject({ outcome: 'failed', status: null });
});

test('gives callers that share the identity as many connections as it is told, and no more', async () => {
  const waiting: (() => void)[] = [];
  const { authority, server } = await world((_, response) => {
    waiting.push(() => response.end('{}'));
  });
  const svid = await svidOf(authority, agentId);
  const trust = { kind: 'spiffe', serverId, authorities: () => [authority.certificate] } as const;
  const presenter = presentX509Svid({ svid: () => svid, trust, limits: { connectionsMax: 3 } });
  const client = new AgentClient({ networkUrl: server.url, presenter });
  const answers = Array.from({ length: 5 }, () => client.me());
  await expect.poll(() => waiting.length).toBe(3);
  while (waiting.length > 0) {
    waiting.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await Promise.all(answers)).map(({ outcome }) => outcome)).toEqual(Array(5).fill('accepted'));
  expect(server.connections()).toBe(3);
});

test('says that it has no identity instead of throwing', async () => {
  const { authority, server } = await world();
  const trust = { kind: 'spiffe', serverId, authorities: () => [authority.certificate] } as const;
  const svid = () => {
    throw Object.assign(new Error('none'), { code: 'x509-source.svid-not-held' });
  };
  const client = new AgentClient({ networkUrl: server.url, presenter: presentX509Svid({ svid, trust }) });
  const error = 'credential-missing (x509-source.svid-not-held)';
  expect(await client.me()).toMatchObject({ outcome: 'failed', error });
});
