import { join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { type AnyDefinition, loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** What a request names its workload by, packed as google.protobuf.Any. */
export interface WorkloadReference {
  readonly reference: { readonly type_url: string; readonly value: Uint8Array } | null;
}

interface BrokerDefinition {
  readonly service: ServiceDefinition;
  readonly pidReference: MessageTypeDefinition<object, { readonly pid: number }>;
}

/** The revision served here; the API is incubating, and may change under the same name. */
export const BROKER_API_REVISION = 'go-spiffe v2.8.1, exp/proto/spiffe/broker/api.proto';
export const BROKER_HEADER = 'broker.spiffe.io';
export const PID_REFERENCE_TYPE = 'type.googleapis.com/spiffe.broker.WorkloadPIDReference';

let loaded: BrokerDefinition | undefined;

/** The SPIFFE Broker API. Its responses have the same fields by the same numbers as those of the Workload API, and arrive encoded. */
export function brokerDefinition(): BrokerDefinition {
  loaded ??= load();
  return loaded;
}

function load(): BrokerDefinition {
  const includeDirs = [join(import.meta.dirname, '../../proto')];
  const definitions = loadSync('spiffe/broker/api.proto', { includeDirs, defaults: true });
  const service = definitions['spiffe.broker.API'];
  if (service === undefined || 'format' in service) throw new TypeError('no service spiffe.broker.API');
  const encoded = (message: Buffer) => message;
  const methods = Object.entries(service).map(([name, method]) => [
    name,
    { ...method, responseSerialize: encoded },
  ]);
  const pidReference = definitions['spiffe.broker.WorkloadPIDReference'];
  return { service: Object.fromEntries(methods), pidReference: messageType(pidReference) };
}

function messageType(definition: AnyDefinition | undefined): BrokerDefinition['pidReference'] {
  if (definition === undefined || !('deserialize' in definition))
    throw new TypeError('no WorkloadPIDReference');
  return definition as BrokerDefinition['pidReference'];
}
