import { createServer } from 'node:net';
import { AgentClient, presentStaticKey, presentX509Svid, type ServerTrust } from '@blastradius/credentials';
import { createServerCertificate } from '@blastradius/pki';
import { expect, onTestFinished, test } from 'vitest';
import { startInterception } from '../src/leaks/man-in-the-middle/interception.ts';
import type { RecordedRequest } from '../src/loot/credential.ts';
import { RogueAuthority } from '../src/playbooks/moltbook/rogue-authority.ts';
import { FakeWorld } from './fake-world.ts';

const apiKey = `moltbook_sk_FAKE${'k'.repeat(24)}`;

async function interceptedNetwork() {
  const world = await new FakeWorld({}).start();
  world.validKeys.add(apiKey);
  const company = await createServerCertificate();
  const seen: RecordedRequest[] = [];
  const listenPort = await freePort();
  const foothold = { leak: 'man-in-the-middle', listenPort, networkUrl: world.url, ...company } as const;
  const interception = await startInterception(foothold, (request) => seen.push(request));
  onTestFinished(() => interception.stop());
  return { world, company, seen, url: `https://127.0.0.1:${listenPort}` };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

async function meThrough(networkUrl: string, trust: ServerTrust) {
  const client = new AgentClient({ networkUrl, presenter: presentStaticKey({ apiKey, trust }) });
  onTestFinished(() => client.close());
  return client.me();
}

test('an agent that was told to trust the company’s proxy is served as ever, and has shown its key', async () => {
  const { company, seen, url } = await interceptedNetwork();
  const { outcome } = await meThrough(url, { kind: 'certificate', certificatePem: company.certificatePem });
  expect(outcome).toBe('accepted');
  expect(seen[0]?.headers['authorization']).toBe(`Bearer ${apiKey}`);
});

test('an agent that trusts the network’s own certificate alone hangs up, and has shown nothing', async () => {
  const { world, seen, url } = await interceptedNetwork();
  const { certificatePem } = await createServerCertificate();
  expect(await meThrough(url, { kind: 'certificate', certificatePem })).toMatchObject({ outcome: 'failed' });
  expect(seen).toEqual([]);
  expect(world.seen).toEqual([]);
});

test('an agent that asks for the network’s SPIFFE ID hangs up, with mutual TLS and without', async () => {
  const { seen, url } = await interceptedNetwork();
  const svid = await new RogueAuthority().mint('spiffe://moltbook.test/agent/Eel');
  const trust: ServerTrust = {
    kind: 'spiffe',
    serverId: 'spiffe://moltbook.test/network',
    authorities: () => svid.certificates,
  };
  const client = new AgentClient({
    networkUrl: url,
    presenter: presentX509Svid({ svid: () => svid, trust }),
  });
  onTestFinished(() => client.close());
  expect((await meThrough(url, trust)).outcome).toBe('failed');
  expect((await client.me()).outcome).toBe('failed');
  expect(seen).toEqual([]);
});
