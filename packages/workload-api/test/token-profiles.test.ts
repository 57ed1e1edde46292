import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRefusal } from '../src/observed-call.ts';
import { startWorkloadApi, type WorkloadApi, type WorkloadApiOptions } from '../src/start-workload-api.ts';
import { TestClient } from './call-workload-api.ts';
import { FakeIdentities, IssuerAway } from './fake-identities.ts';
import { FakeJwtIdentities, FakeWitIdentities, TokenAuthority, witSvid } from './fake-tokens.ts';

interface JwtSvids {
  svids: { spiffeId: string; svid: string; hint: string }[];
}
interface Bundles {
  bundles: Record<string, Buffer | string>;
}
interface Validated {
  spiffeId: string;
  claims: { fields: Record<string, object> };
}

let jwt: FakeJwtIdentities;
let wit: FakeWitIdentities;
let api: WorkloadApi;
let client: TestClient;
let logged: string;
let refusals: (CallRefusal | undefined)[];

beforeEach(async () => {
  jwt = new FakeJwtIdentities();
  wit = new FakeWitIdentities();
  logged = '';
  refusals = [];
  await start({ wit });
});
afterEach(() => stop());

async function start(changes: Partial<WorkloadApiOptions>): Promise<void> {
  const socketPath = join(await mkdtemp(join(tmpdir(), 'tp-')), 'api.sock');
  const log = (context: object, message: string) => {
    logged += `${JSON.stringify(context, errorAsText)} ${message}\n`;
  };
  api = await startWorkloadApi({
    socketPath,
    trustDomain: 'moltbook.test',
    source: new FakeIdentities(),
    jwt,
    logger: { debug: log, info: log, warn: log },
    onCall: () => ({ end: (refusal) => refusals.push(refusal) }),
    ...changes,
  });
  client = new TestClient(socketPath);
}

async function stop(): Promise<void> {
  client.close();
  await api.close();
}

const errorAsText = (_key: string, value: unknown): unknown =>
  value instanceof Error ? `${value.stack} ${errorAsText('', value.cause)}` : value;

async function next<T>(stream: AsyncIterator<T>): Promise<T> {
  const { value } = await stream.next();
  return value;
}

describe('FetchJWTSVID', () => {
  it('gives a token for each identity of the caller, the default one first, with its hint', async () => {
    const { svids } = await client.unary<JwtSvids>('FetchJWTSVID', { audience: ['network', 'other'] });
    expect(svids.map(({ spiffeId, hint }) => [spiffeId, hint])).toEqual([
      ['spiffe://moltbook.test/agent/a', 'a'],
      ['spiffe://moltbook.test/agent/b', 'b'],
    ]);
    expect(jwt.asked).toEqual([{ audience: ['network', 'other'], spiffeId: undefined }]);
    expect(refusals).toEqual([undefined]);
  });

  it('gives only the identity that is asked for', async () => {
    const spiffeId = 'spiffe://moltbook.test/agent/b';
    const { svids } = await client.unary<JwtSvids>('FetchJWTSVID', { audience: ['network'], spiffeId });
    expect(svids.map((svid) => svid.spiffeId)).toEqual([spiffeId]);
  });

  it.each([
    ['without an audience', { audience: [] }],
    ['with an empty audience', { audience: ['network', ''] }],
    ['with more audiences than an issuer takes', { audience: Array(33).fill('network') }],
    ['with an audience that is longer than an issuer takes', { audience: ['n'.repeat(2049)] }],
    ['for what is no SPIFFE ID', { audience: ['network'], spiffeId: 'agent/a' }],
  ])('is InvalidArgument %s, and asks nobody', async (_reason, request) => {
    await expect(client.unary('FetchJWTSVID', request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    expect(jwt.asked).toEqual([]);
  });

  it('is PermissionDenied for an identity that is not the caller’s, and where there is none', async () => {
    const foreign = { audience: ['network'], spiffeId: 'spiffe://moltbook.test/network' };
    const refused = { code: status.PERMISSION_DENIED, details: 'no identity issued' };
    await expect(client.unary('FetchJWTSVID', foreign)).rejects.toMatchObject(refused);
    jwt.ids = [];
    await expect(client.unary('FetchJWTSVID', { audience: ['network'] })).rejects.toMatchObject(refused);
    expect(refusals[0]).toEqual({ reason: 'workload-api.no-identity', status: 'PERMISSION_DENIED' });
  });

  it('is Unavailable while the issuer is away, so that clients come back', async () => {
    jwt.failure = new IssuerAway('away');
    await expect(client.unary('FetchJWTSVID', { audience: ['network'] })).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
  });
});

describe('ValidateJWTSVID', () => {
  it('gives the identity and the claims, the audience as a list', async () => {
    const claims = { iss: 'https://issuer.test', nested: { list: [1, true, null, 'x'] } };
    const svid = await jwt.own.sign('/agent/a', 'network', claims);
    const validated = await client.unary<Validated>('ValidateJWTSVID', { audience: 'network', svid });
    expect(validated.spiffeId).toBe('spiffe://moltbook.test/agent/a');
    const { fields } = validated.claims;
    expect(fields['aud']).toEqual({ listValue: { values: [{ stringValue: 'network' }] } });
    expect(fields['iss']).toEqual({ stringValue: 'https://issuer.test' });
    expect(fields['nested']).toEqual({
      structValue: {
        fields: {
          list: {
            listValue: {
              values: [{ numberValue: 1 }, { boolValue: true }, { nullValue: 0 }, { stringValue: 'x' }],
            },
          },
        },
      },
    });
  });

  it('keeps from the claims of a foreign trust domain only those that every JWT-SVID has', async () => {
    const foreign = new TokenAuthority('elsewhere.test');
    jwt.bundles = new Map([
      ['spiffe://moltbook.test', jwt.own.jwks],
      ['spiffe://elsewhere.test', foreign.jwks],
    ]);
    const svid = await foreign.sign('/peer', ['network'], { role: 'admin' });
    const { claims } = await client.unary<Validated>('ValidateJWTSVID', { audience: 'network', svid });
    expect(Object.keys(claims.fields).sort()).toEqual(['aud', 'exp', 'sub']);
  });

  it.each([
    ['for another audience', (own: TokenAuthority) => own.sign('/agent/a', 'other')],
    ['that has expired', (own: TokenAuthority) => own.sign('/agent/a', 'network', { exp: 1_000_000 })],
    ['of a trust domain that is not known', () => new TokenAuthority('stranger.test').sign('/a', 'network')],
    ['by a key that is not in the bundle', () => new TokenAuthority('moltbook.test').sign('/a', 'network')],
    ['that is none', async () => 'not.a.token'],
  ])('is InvalidArgument for a token %s, and says the same each time', async (_reason, token) => {
    const svid = await token(jwt.own);
    await expect(client.unary('ValidateJWTSVID', { audience: 'network', svid })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the token is no valid JWT-SVID for this audience',
    });
    expect(logged).toContain('jwt-svid.');
  });

  it.each([
    ['audience', { svid: 'a.b.c' }],
    ['svid', { audience: 'network' }],
  ])('is InvalidArgument without its %s', async (missing, request) => {
    await expect(client.unary('ValidateJWTSVID', request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: `${missing} must be specified`,
    });
  });

  it('is PermissionDenied for a caller without identity', async () => {
    jwt.bundles = new Map();
    const svid = await jwt.own.sign('/agent/a', 'network');
    await expect(client.unary('ValidateJWTSVID', { audience: 'network', svid })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });
});

describe('FetchJWTBundles', () => {
  it('sends the complete state at once and on each change, and nothing twice', async () => {
    const call = client.stream<Bundles>('FetchJWTBundles');
    const stream = call[Symbol.asyncIterator]();
    const first = await next(stream);
    expect(first.bundles['spiffe://moltbook.test']?.toString()).toBe(jwt.own.jwks);
    // The same content in another map is no news.
    jwt.bundles = new Map([['spiffe://moltbook.test', jwt.own.jwks]]);
    jwt.bundles = new Map([
      ['spiffe://moltbook.test', jwt.own.jwks],
      ['spiffe://elsewhere.test', '{"keys":[]}'],
    ]);
    expect(Object.keys((await next(stream)).bundles)).toEqual([
      'spiffe://moltbook.test',
      'spiffe://elsewhere.test',
    ]);
    call.cancel();
  });

  it('ends with PermissionDenied when the last identity is withdrawn', async () => {
    const stream = client.stream<Bundles>('FetchJWTBundles')[Symbol.asyncIterator]();
    await next(stream);
    jwt.bundles = new Map();
    await expect(next(stream)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });
});

describe('the WIT-SVID profile', () => {
  it('sends every identity with its key, and again what has changed', async () => {
    const call = client.stream<{ svids: object[] }>('FetchWITSVID');
    const stream = call[Symbol.asyncIterator]();
    expect((await next(stream)).svids).toEqual([witSvid('a'), witSvid('b')]);
    wit.svids = [witSvid('a', 'renewed'), witSvid('b')];
    expect((await next(stream)).svids).toEqual([witSvid('a', 'renewed'), witSvid('b')]);
    call.cancel();
  });

  it('sends only the identity that is asked for, and is silent while others change', async () => {
    const call = client.stream<{ svids: object[] }>('FetchWITSVID', {
      spiffeId: 'spiffe://moltbook.test/agent/b',
    });
    const stream = call[Symbol.asyncIterator]();
    expect((await next(stream)).svids).toEqual([witSvid('b')]);
    wit.svids = [witSvid('a', 'renewed'), witSvid('b')];
    wit.svids = [witSvid('a', 'renewed'), witSvid('b', 'renewed')];
    expect((await next(stream)).svids).toEqual([witSvid('b', 'renewed')]);
    call.cancel();
  });

  it('is PermissionDenied for another’s identity, and InvalidArgument for what is none', async () => {
    const of = (spiffeId: string) =>
      next(client.stream('FetchWITSVID', { spiffeId })[Symbol.asyncIterator]());
    await expect(of('spiffe://moltbook.test/network')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await expect(of('network')).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it('sends its bundles', async () => {
    const call = client.stream<Bundles>('FetchWITBundles');
    expect((await next(call[Symbol.asyncIterator]())).bundles).toEqual({
      'spiffe://moltbook.test': '{"keys":[]}',
    });
    call.cancel();
  });

  it.each(['FetchWITSVID', 'FetchWITBundles'])('says Unimplemented to %s where it is off', async (method) => {
    await stop();
    await start({});
    await expect(next(client.stream(method)[Symbol.asyncIterator]())).rejects.toMatchObject({
      code: status.UNIMPLEMENTED,
    });
  });
});

describe('what is written down', () => {
  it('holds no token, whatever becomes of the call', async () => {
    const good = await jwt.own.sign('/agent/a', 'network');
    const bad = await jwt.own.sign('/agent/a', 'other');
    await client.unary('ValidateJWTSVID', { audience: 'network', svid: good });
    await client.unary('ValidateJWTSVID', { audience: 'network', svid: bad }).catch(() => {});
    await client.unary('ValidateJWTSVID', { audience: 'network', svid: bad }, new Metadata()).catch(() => {});
    expect(refusals).toHaveLength(3);
    // A control: the refusals are there.
    expect(logged).toContain('jwt-svid.audience-mismatch');
    for (const part of [...good.split('.'), ...bad.split('.')]) expect(logged).not.toContain(part);
  });
});
