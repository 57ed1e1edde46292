import { workloadApiDefinition } from '@blastradius/spiffe';
import type { ServiceDefinition } from '@grpc/grpc-js';

/** Protocol Buffers, as the method's definition has its response. */
export function encodeResponse(method: string, response: object): Buffer {
  const definition = workloadApiDefinition()[method];
  if (definition === undefined) throw new TypeError(`the Workload API defines no ${method}`);
  return definition.responseSerialize(response);
}

/** The service as served here: its responses arrive already encoded. */
export function servedDefinition(): ServiceDefinition {
  const encoded = (message: Buffer) => message;
  const methods = Object.entries(workloadApiDefinition());
  return Object.fromEntries(
    methods.map(([name, method]) => [name, { ...method, responseSerialize: encoded }]),
  );
}
