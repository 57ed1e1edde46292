import { EventEmitter, once } from 'node:events';
import { workloadApiPackage } from '@blastradius/spiffe';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { AddedService } from './added-service.ts';

interface ReflectionRequest {
  readonly fileContainingSymbol?: string;
}
interface ReflectionResponse {
  readonly originalRequest?: ReflectionRequest;
  readonly errorResponse?: unknown;
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
}
type ReflectionCall = ServerDuplexStream<ReflectionRequest, ReflectionResponse>;
type Answer = (request: ReflectionRequest) => ReflectionResponse;

/**
 * gRPC Server Reflection, v1 and v1alpha (SPIFFE Workload API, 3 asks for it), to be made once: it
 * reads proto files. Around the package that answers are put: the names of a service without a
 * package, which it gives and takes with a dot in front, and the pace of a client that asks and
 * never reads.
 */
export function reflectionServices(): readonly AddedService[] {
  const services: AddedService[] = [];
  new ReflectionService(withImports(workloadApiPackage())).addToServer({
    addService: (definition, implementation) => services.push({ definition, implementation }),
  });
  return services.map(({ definition, implementation }) => {
    const answer = withoutLeadingDots(answerOf(implementation['ServerReflectionInfo']));
    return {
      definition,
      implementation: { ServerReflectionInfo: (call: ReflectionCall) => void converse(call, answer) },
    };
  });
}

async function converse(call: ReflectionCall, answer: Answer): Promise<void> {
  const hangup = new AbortController();
  call.on('cancelled', () => hangup.abort());
  try {
    for await (const request of call) {
      if (!call.write(answer(request))) await once(call, 'drain', { signal: hangup.signal });
    }
    call.end();
  } catch {
    // The client is gone, in the middle of its own question.
    call.destroy();
  }
}

/** The package answers through a stream alone, at once and in order: so a stream that only listens will do. */
function answerOf(implementation: unknown): Answer {
  if (typeof implementation !== 'function') throw new TypeError('server reflection has no implementation');
  let answered: ReflectionResponse = {};
  const stream = Object.assign(new EventEmitter(), {
    write: (response: ReflectionResponse) => {
      answered = response;
    },
  });
  implementation(stream);
  return (request) => {
    stream.emit('data', request);
    return answered;
  };
}

function withoutLeadingDots(answer: Answer): Answer {
  return (request) => {
    const first = answer(request);
    const { fileContainingSymbol: symbol } = request;
    if (symbol && first.errorResponse) {
      return { ...answer({ ...request, fileContainingSymbol: `.${symbol}` }), originalRequest: request };
    }
    const listed = first.listServicesResponse;
    if (!listed) return first;
    const service = listed.service.map(({ name }) => ({ name: name.replace(/^\./, '') }));
    return { ...first, listServicesResponse: { service } };
  };
}

const GOOGLE_TYPES = 'google_protobuf.proto';

/**
 * proto-loader describes files without what they import, and clients refuse such a description.
 * Appended to an encoded FileDescriptorProto, its field 3 is one more import (Protocol Buffers,
 * last one wins and repeated fields are joined).
 */
function withImports(definitions: PackageDefinition): PackageDefinition {
  const imported = Buffer.from([0x1a, GOOGLE_TYPES.length, ...Buffer.from(GOOGLE_TYPES)]);
  const withImport = (file: Buffer) =>
    file.subarray(2, 2 + GOOGLE_TYPES.length).toString() === GOOGLE_TYPES
      ? file
      : Buffer.concat([file, imported]);
  const entries = Object.entries(definitions).map(([name, definition]) => {
    if (!('fileDescriptorProtos' in definition) || !Array.isArray(definition.fileDescriptorProtos)) {
      return [name, definition];
    }
    return [name, { ...definition, fileDescriptorProtos: definition.fileDescriptorProtos.map(withImport) }];
  });
  return Object.fromEntries(entries);
}
