import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessEvent } from '@blastradius/contracts';
import type { AgentRecord } from '@blastradius/ledger';
import {
  type Authority,
  createAuthority,
  createServerCertificate,
  generateP256KeyPair,
  mintX509Svid,
} from '@blastradius/pki';
import type { PlannedAction, PlannedAgent } from '@blastradius/scenario';
import {
  certificatesFromPem,
  certificatesToPem,
  createX509Svid,
  X509BundleSet,
  type X509Source,
  type X509Svid,
  X509SvidNotHeld,
} from '@blastradius/spiffe';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Arm } from '../src/arms/arm.ts';
import { StaticKeyArm } from '../src/arms/static-key-arm.ts';
import { X509SvidArm } from '../src/arms/x509-svid-arm.ts';
import { Fleet } from '../src/fleet.ts';
import { HonestRequests } from '../src/life/honest-requests.ts';
import { startFakeNetwork } from './fake-network.ts';

const names = ['Crab', 'Eel', 'Ray'];
const agents = names.map(
  (name, index): PlannedAgent => ({
    index,
    name,
    description: `${name} tests.`,
    hosting: 'multiplexed',
    owner: { xHandle: 'h', xName: 'H', email: 'h@example.com' },
  }),
);
const liveClock = () => ({ startedAtMs: Date.now(), startMinute: 0, timeScale: 60_000 });

const foundings = [{ founder: 'Eel', submolt: { name: 'tides', displayName: 'Tides', description: 'd' } }];

function fleetOf(arm: Arm, networkUrl: string, plan: readonly PlannedAction[] = []) {
  const records: AgentRecord[] = [];
  const events: ProcessEvent[] = [];
  const requests = new HonestRequests(
    { append: (record) => void records.push(record), close: () => {} },
    'multiplexed',
  );
  const emit = (event: ProcessEvent) => void events.push(event);
  const fleet = new Fleet({ agents, plan, foundings, endMinute: 300, networkUrl, arm, requests, emit });
  onTestFinished(() => fleet.stop());
  return { fleet, records, events };
}

async function staticWorld(plan: readonly PlannedAction[] = []) {
  const { certificatePem, privateKeyPem } = await createServerCertificate();
  const network = await startFakeNetwork({ cert: certificatePem, key: privateKeyPem });
  return {
    network,
    certificatePem,
    ...fleetOf(new StaticKeyArm({ networkUrl: network.url, certificatePem }), network.url, plan),
  };
}

const wholeLife: readonly PlannedAction[] = [
  { kind: 'read-feed', agent: 'Crab', atMinute: 1 },
  { kind: 'post', title: 't', text: 'x', submolt: 'general', agent: 'Crab', atMinute: 10 },
  { kind: 'comment', text: 'x', pick: 0.6, agent: 'Crab', atMinute: 60 },
  { kind: 'upvote', pick: 0, agent: 'Eel', atMinute: 60 },
  { kind: 'upvote', pick: 0, agent: 'Eel', atMinute: 120 },
  { kind: 'dm-request', to: 'Crab', text: 'hello there', agent: 'Ray', atMinute: 30 },
  { kind: 'dm-check-and-approve', agent: 'Crab', atMinute: 60 },
  { kind: 'dm-check-and-approve', agent: 'Crab', atMinute: 150 },
  { kind: 'dm-send', text: 'x', pick: 0, agent: 'Crab', atMinute: 200 },
  { kind: 'dm-send', text: 'x', pick: 0, agent: 'Ray', atMinute: 200 },
];

describe('agents with static keys', () => {
  test('enrol, and live by their plan', async () => {
    const { fleet, network, records, events } = await staticWorld(wholeLife);
    await fleet.obey({ command: 'enrol' });
    expect(events).toEqual([{ event: 'enrolled', agents: 3 }]);
    expect(network.seen.at(-1)).toMatchObject({ method: 'POST', path: '/submolts' });
    expect(records).toEqual([]);
    await fleet.obey({ command: 'live', clock: liveClock() });
    const paths = network.seen.map(({ method, path }) => `${method} ${path}`);
    expect(paths).toContain('POST /posts/p2/comments');
    expect(paths).toContain('POST /posts/p1/upvote');
    expect(paths).toContain('POST /posts/p2/upvote');
    expect(paths.filter((path) => path === 'POST /agents/dm/requests/c1/approve')).toHaveLength(1);
    expect(paths.filter((path) => /^POST .agents.dm.conversations.c[12].send$/.test(path))).toHaveLength(2);
    expect(records.every(({ outcome, latencyMs }) => outcome === 'accepted' && latencyMs > 0)).toBe(true);
    expect(events.at(-1)).toEqual({ event: 'done' });
    expect(events.at(-2)).toMatchObject({ event: 'progress', counts: { sent: records.length, failed: 0 } });
  });

  test('go on trying with a dead key, and are back once their owner configured a new one', async () => {
    const plan = [1, 50, 100].map(
      (atMinute): PlannedAction => ({ kind: 'read-feed', agent: 'Crab', atMinute }),
    );
    const { fleet, network, records } = await staticWorld(plan);
    await fleet.obey({ command: 'enrol' });
    for (let count = 1; count <= 3; count++) network.refusedCallers.add(`Bearer moltbook_sk_FAKE_${count}`);
    await fleet.obey({ command: 'live', clock: liveClock() });
    expect(records.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['refused', 401],
      ['refused', 401],
      ['refused', 401],
    ]);
    await fleet.obey({ command: 'configure', agent: 'Crab', apiKey: 'moltbook_sk_FAKE_new' });
    expect(network.seen.at(-1)).toEqual({
      method: 'GET',
      path: '/agents/me',
      caller: 'Bearer moltbook_sk_FAKE_new',
    });
    expect(records.at(-1)).toMatchObject({ agent: 'Crab', action: 'check-credential', outcome: 'accepted' });
  });

  test('believe the network by the certificate that they were told last', async () => {
    const { fleet, records, certificatePem } = await staticWorld();
    const check = { command: 'configure', agent: 'Crab', apiKey: 'k' } as const;
    await fleet.obey({ command: 'enrol' });
    await fleet.obey({ command: 'trust', certificatePem: (await createServerCertificate()).certificatePem });
    await fleet.obey(check);
    await fleet.obey({ command: 'trust', certificatePem });
    await fleet.obey(check);
    expect(records.map(({ outcome }) => outcome)).toEqual(['failed', 'accepted']);
  });

  test('an account that is refused ends the enrolment', async () => {
    const { fleet, network } = await staticWorld();
    network.statuses.set('/agents/register', 403);
    await expect(fleet.obey({ command: 'enrol' })).rejects.toMatchObject({ code: 'fleet.enrolment-refused' });
  });

  test('come back with the keys that they saved, and ask for no others', async () => {
    const { network, certificatePem } = await staticWorld();
    const held = new Map(names.map((name) => [name, `moltbook_sk_FAKE_${name}`]));
    const kept = {
      load: () => held,
      save: (keys: ReadonlyMap<string, string>) => void saved.push(...keys.values()),
    };
    const saved: string[] = [];
    const plan: PlannedAction[] = [{ kind: 'read-feed', agent: 'Crab', atMinute: 1 }];
    const { fleet, records } = fleetOf(
      new StaticKeyArm({ networkUrl: network.url, certificatePem, kept }),
      network.url,
      plan,
    );
    await fleet.obey({ command: 'enrol' });
    expect(network.seen.filter(({ path }) => path === '/agents/register')).toEqual([]);
    await fleet.obey({ command: 'live', clock: liveClock() });
    expect(network.seen.at(-1)?.caller).toBe('Bearer moltbook_sk_FAKE_Crab');
    expect(records).toHaveLength(1);
    await fleet.obey({ command: 'configure', agent: 'Eel', apiKey: 'moltbook_sk_FAKE_new' });
    expect(saved).toContain('moltbook_sk_FAKE_new');
  });

  test('a network that is not quite there yet does not end it', async () => {
    const { fleet, network, events } = await staticWorld();
    network.refusedCallers.add('nobody');
    setTimeout(() => network.refusedCallers.clear(), 100);
    await fleet.obey({ command: 'enrol' });
    expect(events).toEqual([{ event: 'enrolled', agents: 3 }]);
  });

  test('have no SVID that could be backed up', async () => {
    const { fleet } = await staticWorld();
    const command = { command: 'back-up-svid', agent: 'Crab', file: '/nowhere' } as const;
    await expect(fleet.obey(command)).rejects.toMatchObject({ code: 'fleet.command-unsupported' });
  });
});

/** A Workload API as the agents see it. */
class HeldSvids implements X509Source {
  readonly #authority: Authority;
  readonly #held = new Map<string, X509Svid>();
  readonly #listeners = new Set<() => void>();

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  async issue(path: string): Promise<X509Svid> {
    const spiffeId = `spiffe://moltbook.test${path}`;
    const { publicKey, privateKey } = await generateP256KeyPair();
    const { certificate } = mintX509Svid({
      authority: this.#authority,
      spiffeId,
      publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 600_000),
    });
    const svid = createX509Svid({ certificates: [certificate], privateKey });
    this.#held.set(spiffeId, svid);
    for (const listener of this.#listeners) listener();
    return svid;
  }

  svid(spiffeId = ''): X509Svid {
    const svid = this.#held.get(spiffeId);
    if (!svid) throw new X509SvidNotHeld('no such SVID');
    return svid;
  }

  svidWithHint(): X509Svid {
    throw new X509SvidNotHeld('no such SVID');
  }

  svids(): X509Svid[] {
    return [...this.#held.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  bundles(): X509BundleSet {
    return new X509BundleSet([{ trustDomain: 'moltbook.test', authorities: [this.#authority.certificate] }]);
  }

  onUpdate(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {}
}

async function identityWorld(plan: readonly PlannedAction[] = []) {
  const lifetime = {
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
  };
  const authority = await createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
  const own = await new HeldSvids(authority).issue('/network');
  const network = await startFakeNetwork({
    cert: certificatesToPem(own.certificates),
    key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ca: certificatesToPem([authority.certificate]),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const source = new HeldSvids(authority);
  const arm = new X509SvidArm(
    {
      networkUrl: network.url,
      networkSpiffeId: 'spiffe://moltbook.test/network',
      trustDomain: 'moltbook.test',
      proxyOf: () => undefined,
    },
    async () => source,
  );
  return { network, source, ...fleetOf(arm, network.url, plan) };
}

describe('agents with attested identities', () => {
  test('wait until each of them has its identity, and each enrols with its own', async () => {
    const { fleet, network, source, events } = await identityWorld();
    await source.issue('/agent/Crab');
    const enrolling = fleet.obey({ command: 'enrol' });
    await source.issue('/agent/Eel');
    expect(network.seen).toEqual([]);
    await source.issue('/agent/Ray');
    await enrolling;
    expect(events).toEqual([{ event: 'enrolled', agents: 3 }]);
    const registrations = network.seen.filter(({ path }) => path === '/agents/register');
    expect(registrations.map(({ caller }) => caller).sort()).toEqual(
      names.map((name) => `URI:spiffe://moltbook.test/agent/${name}`),
    );
  });

  test('have their accounts again when they are started anew', async () => {
    const { fleet, network, source, events } = await identityWorld();
    for (const name of names) await source.issue(`/agent/${name}`);
    network.statuses.set('/agents/register', 409);
    await fleet.obey({ command: 'enrol' });
    expect(events).toEqual([{ event: 'enrolled', agents: 3 }]);
    expect(fleet.hasEnrolled).toBe(true);
  });

  test('a name that somebody else has is refused', async () => {
    const { fleet, network, source } = await identityWorld();
    for (const name of names) await source.issue(`/agent/${name}`);
    network.statuses.set('/agents/register', 409);
    network.statuses.set('/agents/me', 401);
    await expect(fleet.obey({ command: 'enrol' })).rejects.toMatchObject({ code: 'fleet.enrolment-refused' });
    expect(fleet.hasEnrolled).toBe(false);
  });

  test('lose no request when their identities are rotated all the time', async () => {
    const plan = Array.from(
      { length: 100 },
      (_, index): PlannedAction => ({
        kind: 'read-feed',
        agent: names[index % 3] ?? '',
        atMinute: index * 2,
      }),
    );
    const { fleet, source, records } = await identityWorld(plan);
    for (const name of names) await source.issue(`/agent/${name}`);
    await fleet.obey({ command: 'enrol' });
    const rotation = setInterval(
      () => void Promise.all(names.map((name) => source.issue(`/agent/${name}`))),
      10,
    );
    await fleet.obey({ command: 'live', clock: liveClock() });
    clearInterval(rotation);
    expect(records).toHaveLength(100);
    expect(records.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  });

  test('a careless backup holds the current SVID with its key, for its owner alone to read', async () => {
    const { fleet, source } = await identityWorld();
    for (const name of names) await source.issue(`/agent/${name}`);
    await fleet.obey({ command: 'enrol' });
    const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'backup.pem');
    await fleet.obey({ command: 'back-up-svid', agent: 'Eel', file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const pem = readFileSync(file, 'utf8');
    const { certificates } = source.svid('spiffe://moltbook.test/agent/Eel');
    expect(certificatesFromPem(pem)).toEqual(certificates.map((der) => new Uint8Array(der)));
    expect(pem).toContain('BEGIN PRIVATE KEY');
  });

  test('have no key that could be configured', async () => {
    const { fleet } = await identityWorld();
    const command = { command: 'configure', agent: 'Eel', apiKey: 'k' } as const;
    await expect(fleet.obey(command)).rejects.toMatchObject({ code: 'fleet.command-unsupported' });
  });
});
