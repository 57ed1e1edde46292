import { mkdtemp } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutatedBytes, mutatedText } from '@blastradius/fuzz-kit';
import { workloadApiDefinition } from '@blastradius/spiffe';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { FakeIdentities } from '../test/fake-identities.ts';
import { FakeJwtIdentities } from '../test/fake-tokens.ts';

const OK = 0;
/** Cancelled, InvalidArgument, PermissionDenied, ResourceExhausted, Unimplemented, Internal. */
const REFUSALS = [1, 3, 7, 8, 12, 13];
const silent = { debug: () => {}, info: () => {}, warn: () => {} };
const jwt = new FakeJwtIdentities();

let socketPath: string;
let api: WorkloadApi;
let session: ClientHttp2Session;

beforeAll(async () => {
  socketPath = join(await mkdtemp(join(tmpdir(), 'fz-')), 'api.sock');
  const served = { trustDomain: 'moltbook.test', source: new FakeIdentities(), jwt, logger: silent };
  api = await startWorkloadApi({ socketPath, ...served });
});
afterAll(async () => {
  session?.close();
  await api.close();
});
beforeEach(() => dial());

function dial(): void {
  session?.destroy();
  session = connect('http://localhost', { createConnection: () => connectSocket(socketPath) });
  session.on('error', () => {});
}

/** The status of a call; 0 as soon as there is a message. A connection that the server cut is dialled anew. */
function call(path: string, body: Uint8Array): Promise<number> {
  if (session.destroyed || session.closed) dial();
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'workload.spiffe.io': 'true',
    });
    const end = (status: number) => {
      resolve(status);
      stream.destroy();
    };
    const look = (fields: object) => {
      const status: unknown = Reflect.get(fields, 'grpc-status');
      if (status !== undefined) end(Number(status));
    };
    stream.on('response', look);
    stream.on('trailers', look);
    stream.on('data', () => end(OK));
    stream.on('error', () => end(13));
    stream.on('close', () => end(1));
    stream.end(body);
  });
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const token = await jwt.own.sign('/agent/a', 'network');
const definition = workloadApiDefinition();
const requests: readonly [string, object][] = [
  ['FetchX509SVID', {}],
  ['FetchX509Bundles', {}],
  ['FetchJWTSVID', { audience: ['network'], spiffeId: 'spiffe://moltbook.test/agent/a' }],
  ['FetchJWTBundles', {}],
  ['ValidateJWTSVID', { audience: 'network', svid: token }],
  ['FetchWITSVID', { spiffeId: '' }],
];

describe.each(requests)('a request to %s', (method, request) => {
  const { path = '', requestSerialize } = definition[method] ?? {};
  const good: Uint8Array = requestSerialize?.(request) ?? Buffer.of();

  it('is answered as it is (control)', async () => {
    expect(await call(path, framed(good))).toBe(method === 'FetchWITSVID' ? 12 : OK);
  });

  it('is answered or refused whatever it holds, and the next caller is served', async () => {
    const bodies = fc.oneof(
      mutatedBytes(good).map(framed),
      fc.uint8Array({ maxLength: 200 }).map(framed),
      mutatedBytes(framed(good)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        expect([OK, ...REFUSALS]).toContain(await call(path, body));
      }),
    );
    expect(await call('/SpiffeWorkloadAPI/FetchX509SVID', framed(Buffer.of()))).toBe(OK);
  });
});

it('a path of any kind is refused, and the next caller is served', async () => {
  const known = requests.map(([method]) => definition[method]?.path);
  const paths = mutatedText('/SpiffeWorkloadAPI/FetchX509SVID')
    .map((path) => `/${encodeURI(path)}`.replace(/^\/\//, '/'))
    .filter((path) => !known.includes(path));
  await fc.assert(
    fc.asyncProperty(paths, async (path) => {
      expect(REFUSALS).toContain(await call(path, framed(Buffer.of())));
    }),
  );
  expect(await call('/SpiffeWorkloadAPI/FetchX509SVID', framed(Buffer.of()))).toBe(OK);
});
