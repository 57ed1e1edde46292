import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { connect, createServer } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { certificatesToPem } from '../../packages/spiffe/src/index.ts';
import { ScriptedWorkloadApi, x509State } from '../../packages/spiffe/test/scripted-workload-api.ts';
import { type IssuedX509Svid, TestTrustDomain } from '../../packages/spiffe/test/test-trust-domain.ts';
import { harnessCommand } from './suite.ts';

/**
 * The harness held to the suite's contract by a sample of its catalogue, so that it is known to work where the
 * suite itself can't be had. The names in brackets are the catalogue's.
 */
let here: TestTrustDomain;
let abroad: TestTrustDomain;
let api: ScriptedWorkloadApi;
let harness: ChildProcess;
const ports = new Map<string, number>();

beforeAll(async () => {
  here = await TestTrustDomain.create('example.org');
  abroad = await TestTrustDomain.create('fed.example.org');
  api = await ScriptedWorkloadApi.start();
  const jwks = async (domain: TestTrustDomain) => [domain.id, Buffer.from(await domain.jwks('jwt-svid'))];
  const bundles = Object.fromEntries(await Promise.all([here, abroad].map(jwks)));
  api.script('FetchJWTBundles', { state: { bundles } });
  api.script('FetchX509SVID', { state: x509State(here, [await here.x509Svid('/a')], [abroad]) });
  const { program, args } = harnessCommand;
  harness = spawn(program, args, {
    env: { PATH: process.env['PATH'], SPIFFE_ENDPOINT_SOCKET: `unix://${api.socketPath}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (harness.stdout === null) throw new TypeError('no stdout');
  for await (const line of createInterface({ input: harness.stdout })) {
    if (line === 'READY') break;
    const [name = '', value] = line.split('=');
    ports.set(name, Number(value));
  }
});

afterAll(() => {
  harness.kill('SIGTERM');
  api.stop();
});

function portOf(name: 'SPIFFE_X509_PORT' | 'SPIFFE_CONTROL_PORT'): number {
  const port = ports.get(name);
  if (port === undefined) throw new Error(`the harness named no ${name}`);
  return port;
}

async function ask(path: string, body: object) {
  const response = await fetch(`http://127.0.0.1:${portOf('SPIFFE_CONTROL_PORT')}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  return { http: response.status, answer };
}

const pemOf = ({ certificate, svid }: IssuedX509Svid) => ({
  cert: certificatesToPem([certificate]),
  key: svid.privateKey.export({ type: 'pkcs8', format: 'pem' }),
});

/** What the X.509 port says to this caller, and whom it shows. */
async function visit(caller: IssuedX509Svid) {
  const socket = connect({
    host: '127.0.0.1',
    port: portOf('SPIFFE_X509_PORT'),
    ...pemOf(caller),
    rejectUnauthorized: false,
  });
  let line = '';
  let shown: string | undefined;
  socket.on('error', () => {});
  socket.on('secureConnect', () => {
    shown = socket.getPeerX509Certificate()?.subjectAltName;
  });
  socket.on('data', (chunk) => {
    line += chunk.toString();
  });
  await once(socket, 'close');
  return { line, shown };
}

test('it is version 1 of the contract and ready once it has an SVID (EP-1)', () => {
  expect(ports.get('SPIFFE_HARNESS_VERSION')).toBe(1);
  expect(api.callsOf('FetchX509SVID')).toHaveLength(1);
});

test('it says who is there, of its own trust domain and of a federated one (XV-1, XF-1)', async () => {
  expect((await visit(await here.x509Svid('/peer'))).line).toBe('spiffe://example.org/peer\n');
  expect((await visit(await abroad.x509Svid('/peer'))).line).toBe('spiffe://fed.example.org/peer\n');
});

test('it says nothing to who is of another authority than that of its trust domain (XV-5, XV-15, XF-2)', async () => {
  const strangers = [
    await (await TestTrustDomain.create('example.org')).x509Svid('/peer'),
    await here.x509SvidFor('spiffe://other.example.org/x'),
    await here.x509SvidFor('spiffe://fed.example.org/x'),
  ];
  for (const stranger of strangers) expect((await visit(stranger)).line).toBe('');
});

test('it shows the newest default SVID (XS-1, XS-3, WA-3)', async () => {
  const peer = await here.x509Svid('/peer');
  expect((await visit(peer)).shown).toBe('URI:spiffe://example.org/a');
  const [b, a] = [await here.x509Svid('/b'), await here.x509Svid('/a')];
  api.script('FetchX509SVID', { state: x509State(here, [b, a], [abroad]) });
  await expect.poll(async () => (await visit(peer)).shown).toBe('URI:spiffe://example.org/b');
});

test('it dials a server, and refuses one of an unknown authority (XV-1/client, XV-5/client)', async () => {
  const dial = async (served: IssuedX509Svid) => {
    const server = createServer({ ...pemOf(served), requestCert: true, rejectUnauthorized: false });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return await ask('/v1/x509/dial', { address: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  };
  const wanted = await here.x509Svid('/server');
  expect(await dial(wanted)).toMatchObject({
    http: 200,
    answer: { spiffe_id: 'spiffe://example.org/server' },
  });
  const stranger = await (await TestTrustDomain.create('example.org')).x509Svid('/server');
  expect(await dial(stranger)).toMatchObject({ http: 422, answer: { status: 'rejected' } });
  expect(await ask('/v1/x509/dial', { address: '127.0.0.1:1' })).toMatchObject({ http: 500 });
});

test('it validates a token by the bundles itself, for the right audience alone (JV-1, JV-8, JV-16)', async () => {
  const token = await here.jwtSvid('/a', ['conformance']);
  const valid = await ask('/v1/jwt/validate', { token, audience: 'conformance' });
  expect(valid).toMatchObject({ http: 200, answer: { spiffe_id: 'spiffe://example.org/a' } });
  expect(await ask('/v1/jwt/validate', { token, audience: 'other' })).toMatchObject({ http: 422 });
  const forged = await (await TestTrustDomain.create('example.org')).jwtSvid('/a', ['conformance']);
  expect(await ask('/v1/jwt/validate', { token: forged, audience: 'conformance' })).toMatchObject({
    http: 422,
  });
  expect(api.callsOf('ValidateJWTSVID')).toHaveLength(0);
});

test('it fetches a token for the audiences that are asked for (JF-1, JF-2, EP-2)', async () => {
  const token = await here.jwtSvid('/a', ['x', 'y']);
  api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: 'spiffe://example.org/a', svid: token }] } });
  const answer = await ask('/v1/jwt/fetch', { audience: ['x', 'y'], spiffe_id: '' });
  expect(answer).toMatchObject({ http: 200, answer: { svids: [{ token }] } });
  expect(api.callsOf('FetchJWTSVID')[0]?.request).toMatchObject({ audience: ['x', 'y'] });
  expect(api.calls.every(({ header }) => `${header}` === 'true')).toBe(true);
});

test('it says of what it does not have that it is not supported', async () => {
  expect(await ask('/v1/other', {})).toMatchObject({ http: 501, answer: { status: 'unsupported' } });
});
