import { once } from 'node:events';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { AddedService } from './added-service.ts';
import { answerReflection, type ReflectionRequest, type ReflectionResponse } from './answer-reflection.ts';
import { type DescribedFile, readDescribedServices } from './described-services.ts';

type ReflectionCall = ServerDuplexStream<ReflectionRequest, ReflectionResponse>;

/**
 * gRPC Server Reflection, v1 and v1alpha (SPIFFE Workload API, 3 asks for it). Of the package only the
 * definitions are used: it gives a service without a package a name that starts with a dot. To be
 * made once, and not for each connection.
 */
export function reflectionServices(): readonly AddedService[] {
  const files = readDescribedServices();
  const services: AddedService[] = [];
  new ReflectionService({}).addToServer({
    addService: (definition) => {
      const implementation = { ServerReflectionInfo: (call: ReflectionCall) => void converse(call, files) };
      services.push({ definition, implementation });
    },
  });
  return services;
}

/** At the client's pace: one that asks and never reads is not answered without end. */
async function converse(call: ReflectionCall, files: readonly DescribedFile[]): Promise<void> {
  const hangup = new AbortController();
  call.on('cancelled', () => hangup.abort());
  try {
    for await (const request of call) {
      const hasRoom = call.write(answerReflection(files, request));
      if (!hasRoom) await once(call, 'drain', { signal: hangup.signal });
    }
    call.end();
  } catch {
    // The client is gone, in the middle of its own question.
    call.destroy();
  }
}
