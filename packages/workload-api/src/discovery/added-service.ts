import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

/** A gRPC service to be added to the server of a connection. */
export interface AddedService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}
