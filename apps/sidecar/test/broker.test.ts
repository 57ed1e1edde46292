import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRandom, systemClock } from '@blastradius/kernel';
import { readLedgers } from '@blastradius/ledger';
import { createX509Source, type X509Source, type X509Svid } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSidecar } from '../src/sidecar.ts';
import { BrokerClient, type BrokerClientOptions } from './broker-client.ts';
import { InTestIssuer, TRUST_DOMAIN } from './in-test-issuer.ts';
import { type IssuerProcess, issuerEnvironment, startIssuerProcess } from './issuer-process.ts';

const id = (path: string) => `spiffe://${TRUST_DOMAIN}/${path}`;
const uid = process.getuid?.();
const agentId = id(`agent/${uid}`);
const denied = { code: 7, details: 'no identity issued' };

let postgres: Postgres;
let issuer: IssuerProcess;
let socketPath: string;
/** This process is both brokers: it gets their SVIDs as any workload does, and keeps them fresh. */
let source: X509Source;
let agent: ChildProcess;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  issuer = await startIssuerProcess({
    ...(await issuerEnvironment(postgres)),
    X509_SVID_TTL_SECONDS: '10',
  });
  closers.push(() => issuer.kill());
  agent = await sleeper();
  await issuer.order('PUT', '/admin/policies', { policies: policies('mesh') });
  const { joinToken, bootstrapBundle } = await issuer.mintJoinToken('range');
  const folder = await mkdtemp(join(tmpdir(), 'br-'));
  socketPath = join(folder, 'broker.sock');
  const workloadApiSocket = join(folder, 'api.sock');
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [issuer.url],
      trustDomain: TRUST_DOMAIN,
      admission: { joinToken: { value: joinToken }, bootstrapBundle: { value: bootstrapBundle } },
      workloadApiSocket,
      brokerApiSocket: socketPath,
      witSvids: 'off',
      egress: undefined,
      fileOutputs: [],
    },
    clock: systemClock,
    random: createRandom('broker'),
    logger: { debug: () => {}, info: () => {}, warn: () => {} },
    onEnd: () => {},
  });
  closers.push(() => sidecar.close());
  source = await createX509Source({ socketPath: workloadApiSocket });
  closers.push(() => source.close());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await postgres?.stop();
});

/** Four policies for this user: two for whoever asks, two for what `sleep` is, of which one lists the broker. */
function policies(broker: string) {
  const sleeps = `unix:path:${readlinkSync(`/proc/${agent.pid}/exe`)}`;
  return [
    { id: 'mesh', selectors: [`unix:uid:${uid}`], spiffeId: 'spiffe://{{trustDomain}}/mesh' },
    { id: 'other', selectors: [`unix:uid:${uid}`], spiffeId: 'spiffe://{{trustDomain}}/other' },
    {
      id: 'agents',
      selectors: [sleeps],
      spiffeId: 'spiffe://{{trustDomain}}/agent/{{unix.uid}}',
      brokers: [`spiffe://{{trustDomain}}/${broker}`],
      claims: { owner: 'uid {{unix.uid}}' },
    },
    { id: 'private', selectors: [sleeps], spiffeId: 'spiffe://{{trustDomain}}/private' },
  ];
}

async function sleeper(): Promise<ChildProcess> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  closers.push(() => child.kill('SIGKILL'));
  // Emitted when the program has been loaded.
  await once(child, 'spawn');
  return child;
}

function client(path: string, changes: Partial<BrokerClientOptions> = {}): BrokerClient {
  const svid = source.svid(id(path));
  const authorities = source.bundles().bundles.flatMap((bundle) => bundle.authorities);
  const made = new BrokerClient({ socketPath, authorities, svid, ...changes });
  closers.push(() => made.close());
  return made;
}
const pidOf = (child: ChildProcess) => child.pid ?? 0;
const methods = ['SubscribeToX509SVID', 'SubscribeToX509Bundles', 'SubscribeToJWTBundles'];

describe('a broker that a policy lists', () => {
  test('gets the SVIDs that this policy grants the process, of both kinds, and no others of the process', async () => {
    const mesh = client('mesh');
    const reference = mesh.reference(pidOf(agent));
    const { svids: x509 = [] } = await mesh.first('SubscribeToX509SVID', reference);
    expect(x509.map(({ spiffeId }) => spiffeId)).toEqual([agentId]);
    expect(new X509Certificate(x509[0]?.x509Svid ?? '').subjectAltName).toBe(`URI:${agentId}`);
    const { svids: jwt = [] } = await mesh.once('FetchJWTSVID', { ...reference, audience: ['api'] });
    expect(jwt.map(({ svid }) => decodeJwt(svid))).toMatchObject([
      { sub: agentId, aud: ['api'], owner: `uid ${uid}` },
    ]);
    for (const method of methods.slice(1)) {
      const { bundles = {} } = await mesh.first(method, reference);
      expect(Object.keys(bundles)).toEqual([`spiffe://${TRUST_DOMAIN}`]);
    }
  });

  test('stands in the ledger beside the workload, and so does one that was refused', async () => {
    const refused = client('other');
    await refused.once('FetchJWTSVID', { ...refused.reference(pidOf(agent)), audience: ['api'] });
    const acts = readLedgers(dirname(issuer.ledgerFile)).filter((record) => record.ledger === 'issuer');
    expect(acts).toContainEqual(
      expect.objectContaining({
        event: 'svid-issued',
        kind: 'x509',
        spiffeId: agentId,
        policyId: 'agents',
        reason: 'policy',
        client: id('mesh'),
      }),
    );
    expect(acts).toContainEqual(
      expect.objectContaining({
        event: 'svid-refused',
        reason: 'issuance.broker-not-entitled',
        client: id('other'),
      }),
    );
    // Its own mesh and other SVIDs were asked for by nobody else.
    const own = acts.find((act) => 'spiffeId' in act && act.spiffeId === id('mesh'));
    expect(own).toMatchObject({ reason: 'policy' });
    expect(own).not.toHaveProperty('client');
  });

  test('keeps a stream that is renewed, and loses it with the process', async () => {
    const doomed = await sleeper();
    const mesh = client('mesh');
    const seen: unknown[] = [];
    await mesh.first('SubscribeToX509SVID', mesh.reference(pidOf(doomed)), (answer) =>
      seen.push(answer.code ?? 'svids'),
    );
    expect(seen).toEqual(['svids']);
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    // At the next renewal, half of ten seconds away, the pid is looked at again.
    await expect.poll(() => seen.at(-1), { timeout: 15_000 }).toBe(14);
  });
});

describe('nothing is given', () => {
  test.each([...methods, 'FetchJWTSVID'])('to a broker that no policy lists: %s', async (method) => {
    const other = client('other');
    const request = { ...other.reference(pidOf(agent)), audience: ['api'] };
    const answer =
      method === 'FetchJWTSVID' ? await other.once(method, request) : await other.first(method, request);
    expect(answer).toEqual(denied);
  });

  test('for a process whose policies list nobody, not even to itself', async () => {
    const mesh = client('mesh');
    expect(await mesh.first('SubscribeToX509SVID', mesh.reference(process.pid))).toEqual(denied);
  });

  test('for a process that is gone', async () => {
    const gone = await sleeper();
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    const mesh = client('mesh');
    expect(await mesh.first('SubscribeToX509SVID', mesh.reference(pidOf(gone)))).toMatchObject({ code: 14 });
  });

  test.each([
    ['no reference', () => ({})],
    ['an empty reference', () => ({ reference: {} })],
    ['pid 0', (mesh: BrokerClient) => mesh.reference(0)],
    ['a negative pid', (mesh: BrokerClient) => mesh.reference(-1)],
    [
      'a reference of another type',
      (mesh: BrokerClient) =>
        mesh.reference(1, 'type.googleapis.com/spiffe.broker.KubernetesObjectReference'),
    ],
    [
      'bytes that are no message',
      () => ({
        reference: {
          reference: {
            type_url: 'type.googleapis.com/spiffe.broker.WorkloadPIDReference',
            value: Buffer.from([0xff]),
          },
        },
      }),
    ],
  ])('for %s, which is the broker’s own fault', async (_, request) => {
    const mesh = client('mesh');
    expect(await mesh.first('SubscribeToX509SVID', request(mesh))).toMatchObject({ code: 3 });
  });

  test('without the security header', async () => {
    const mesh = client('mesh', { header: false });
    expect(await mesh.first('SubscribeToX509SVID', mesh.reference(pidOf(agent)))).toMatchObject({ code: 3 });
  });

  test('to who proves nothing, or proves it by another trust domain’s authority', async () => {
    const foreign = await new InTestIssuer().start();
    closers.push(() => foreign.stop());
    const { cert, key } = await foreign.identityOf(id('mesh'));
    const mesh = source.svid(id('mesh'));
    const rogue = {
      ...mesh,
      certificates: [new X509Certificate(cert).raw],
      privateKey: createPrivateKey(key),
    } as X509Svid;
    for (const svid of [undefined, rogue]) {
      const stranger = client('mesh', { svid });
      const answer = await stranger.first('SubscribeToX509SVID', stranger.reference(pidOf(agent)));
      expect(answer).toMatchObject({ code: 14 });
      expect(answer.svids).toBeUndefined();
    }
  });

  test('any longer, at once, when the policy lists another broker', async () => {
    const mesh = client('mesh');
    const seen: unknown[] = [];
    await mesh.first('SubscribeToX509SVID', mesh.reference(pidOf(agent)), (answer) =>
      seen.push(answer.code ?? 'svids'),
    );
    await issuer.order('PUT', '/admin/policies', { policies: policies('other') });
    await expect.poll(() => seen.at(-1), { timeout: 5000 }).toBe(7);
    const other = client('other');
    const asked = async () => {
      const { svids: x509 = [] } = await other.first('SubscribeToX509SVID', other.reference(pidOf(agent)));
      return x509.map(({ spiffeId }) => spiffeId);
    };
    await expect.poll(asked, { timeout: 5000 }).toEqual([agentId]);
  });
});
