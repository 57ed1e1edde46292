import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workloadApiDefinition } from '@blastradius/spiffe';
import { Client, credentials } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { service as health } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReflectionRequest, ReflectionResponse } from '../src/discovery/answer-reflection.ts';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { FakeIdentities } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {} };
let api: WorkloadApi;
let client: Client;

beforeEach(async () => {
  const socketPath = join(await mkdtemp(join(tmpdir(), 'di-')), 'api.sock');
  const source = new FakeIdentities();
  const served = { trustDomain: 'moltbook.test', source, jwt: new FakeJwtIdentities(), logger: silent };
  api = await startWorkloadApi({ socketPath, ...served });
  client = new Client(`unix://${socketPath}`, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await api.close();
});

/** The definitions of v1 and v1alpha, as clients have them. */
function reflectionMethods() {
  const methods: { path: string; requestSerialize: unknown; responseDeserialize: unknown }[] = [];
  new ReflectionService({}).addToServer({
    addService: (definition) => methods.push(...Object.values(definition)),
  });
  return methods;
}

function ask(version: 'v1' | 'v1alpha', request: ReflectionRequest): Promise<ReflectionResponse> {
  const method = reflectionMethods().find(({ path }) => path.startsWith(`/grpc.reflection.${version}.`));
  if (method === undefined) throw new TypeError('no such version');
  const call = client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize as (value: ReflectionRequest) => Buffer,
    method.responseDeserialize as (bytes: Buffer) => ReflectionResponse,
  );
  return new Promise((resolve, reject) => {
    call.on('data', resolve).on('error', reject);
    call.write(request);
    call.end();
  });
}

describe.each(['v1', 'v1alpha'] as const)(
  'gRPC Server Reflection %s, without the header of the Workload API',
  (version) => {
    it('lists what is served, each by its full name', async () => {
      const { listServicesResponse } = await ask(version, {
        messageRequest: 'listServices',
        listServices: '*',
      } as object);
      expect(listServicesResponse?.service.map(({ name }) => name)).toEqual([
        'SpiffeWorkloadAPI',
        'grpc.health.v1.Health',
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1alpha.ServerReflection',
        'envoy.service.secret.v3.SecretDiscoveryService',
      ]);
    });

    it.each(['SpiffeWorkloadAPI', 'SpiffeWorkloadAPI.FetchJWTSVID', 'ValidateJWTSVIDResponse'])(
      'describes the file of %s with all that it imports, as our own codecs have it',
      async (fileContainingSymbol) => {
        const { fileDescriptorResponse } = await ask(version, {
          messageRequest: 'fileContainingSymbol',
          fileContainingSymbol,
        });
        const files = fileDescriptorResponse?.fileDescriptorProto ?? [];
        const set = Buffer.concat(
          files.map((file) => Buffer.concat([Buffer.from([0x0a]), varint(file.length), Buffer.from(file)])),
        );
        const described = loadFileDescriptorSetFromBuffer(set)['SpiffeWorkloadAPI'];
        const shapes = (methods: object | undefined) =>
          Object.entries(methods ?? {}).map(
            ([name, { path, requestStream, responseStream, responseType }]) => [
              name,
              path,
              requestStream,
              responseStream,
              responseType.type.field.map((field: { number: number; type: string }) => [
                field.number,
                field.type,
              ]),
            ],
          );
        expect(shapes(described)).toEqual(shapes(workloadApiDefinition()));
      },
    );

    it('finds no symbol that there is not', async () => {
      const request = { messageRequest: 'fileContainingSymbol', fileContainingSymbol: 'Spiffe' };
      expect((await ask(version, request)).errorResponse?.errorCode).toBe(5);
    });
  },
);

describe('gRPC Health Checking', () => {
  const check = (service: string) => {
    const { path, requestSerialize, responseDeserialize } = health['Check'] ?? health['check'] ?? missing();
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, (error, answer) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  };

  it('says that the server and its service serve, and knows no other one', async () => {
    expect(await check('')).toEqual({ status: 'SERVING' });
    expect(await check('SpiffeWorkloadAPI')).toEqual({ status: 'SERVING' });
    await expect(check('other')).rejects.toMatchObject({ code: 5 });
  });
});

function missing(): never {
  throw new TypeError('no such method');
}

function varint(value: number): Buffer {
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value % 128) + 128]), varint(Math.floor(value / 128))]);
}
