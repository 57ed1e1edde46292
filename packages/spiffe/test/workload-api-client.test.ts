import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Metadata, Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkloadApiClient } from '../src/workload-api/workload-api-client.ts';
import { workloadApiDefinition, type X509SvidResponse } from '../src/workload-api/workload-api-definition.ts';
import { createX509Source } from '../src/workload-api/x509-source.ts';

type Call = ServerWritableStream<object, X509SvidResponse>;

let socketPath: string;
let calls: Metadata[];
let answer: (call: Call) => void;
let server: Server;
let codes: string[];
let stop: () => void;

beforeEach(async () => {
  socketPath = join(await mkdtemp(join(tmpdir(), 'client-')), 'api.sock');
  calls = [];
  codes = [];
  stop = () => {};
  answer = refuseWith(status.PERMISSION_DENIED);
  server = await serve();
});

afterEach(() => {
  stop();
  server.forceShutdown();
});

/** Any Workload API, seen from the wire: answers each FetchX509SVID as the test says. */
async function serve(): Promise<Server> {
  const next = new Server();
  const unserved = () => {};
  const methods = Object.keys(workloadApiDefinition()).map((name) => [name, unserved] as const);
  next.addService(workloadApiDefinition(), {
    ...Object.fromEntries(methods),
    FetchX509SVID: (call: Call) => {
      calls.push(call.metadata);
      answer(call);
    },
  });
  await new Promise<void>((resolve, reject) => {
    next.bindAsync(`unix://${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return next;
}

function refuseWith(code: status) {
  return (call: Call) => {
    call.emit('error', { code, details: 'refused' });
  };
}

function watch(onUpdate: () => void = () => {}): void {
  stop = createWorkloadApiClient({ socketPath, jitter: () => 0 }).watchX509Context(onUpdate, (error) =>
    codes.push(error.code),
  );
}

describe('watchX509Context', () => {
  it('carries the security header with each call', async () => {
    watch();
    await expect.poll(() => calls.length).toBeGreaterThan(1);
    expect(calls.map((metadata) => metadata.get('workload.spiffe.io'))).toEqual(calls.map(() => ['true']));
  });

  it('does not try again after InvalidArgument', async () => {
    answer = refuseWith(status.INVALID_ARGUMENT);
    watch();
    await expect.poll(() => codes).toEqual(['workload-api.invalid-argument']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(calls).toHaveLength(1);
  });

  it('tries again after PermissionDenied, with growing delays', async () => {
    watch();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(codes.every((code) => code === 'workload-api.permission-denied')).toBe(true);
    expect(calls.length).toBeGreaterThanOrEqual(4);
    expect(calls.length).toBeLessThanOrEqual(7);
  });

  it('comes back when the server ends the stream, or was gone for a while', async () => {
    let updates = 0;
    answer = (call) => {
      call.write({ svids: [], crl: [], federatedBundles: {} });
      call.end();
    };
    watch(() => updates++);
    await expect.poll(() => updates).toBeGreaterThan(1);
    server.forceShutdown();
    await expect.poll(() => codes.at(-1)).toBe('workload-api.unavailable');
    const before = updates;
    server = await serve();
    await expect.poll(() => updates, { timeout: 5000 }).toBeGreaterThan(before);
  });

  it('reports a response that it cannot use, and tries again', async () => {
    const garbage = new Uint8Array([1, 2, 3]);
    const svid = {
      spiffeId: 'spiffe://a.test/x',
      x509Svid: garbage,
      x509SvidKey: garbage,
      bundle: garbage,
      hint: '',
    };
    answer = (call) => call.write({ svids: [svid], crl: [], federatedBundles: {} });
    watch();
    await expect.poll(() => codes.length).toBeGreaterThan(1);
    expect(codes[0]).toBe('workload-api.malformed-response');
  });

  it('is quiet once it has been stopped', async () => {
    watch();
    await expect.poll(() => calls.length).toBeGreaterThan(0);
    stop();
    const before = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(calls.length).toBe(before);
  });
});

describe('createX509Source', () => {
  it('gives up when no first update comes in time, and says why there was none', async () => {
    await expect(createX509Source({ socketPath, timeoutMs: 300 })).rejects.toMatchObject({
      code: 'x509-source.timeout',
      cause: { code: 'workload-api.permission-denied' },
    });
    const before = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(calls.length).toBe(before);
  });

  it('gives up at once when trying is in vain', async () => {
    answer = refuseWith(status.INVALID_ARGUMENT);
    await expect(createX509Source({ socketPath })).rejects.toMatchObject({
      code: 'workload-api.invalid-argument',
    });
  });
});
