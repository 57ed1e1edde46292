import { HealthImplementation } from 'grpc-health-check';
import type { AddedService } from './added-service.ts';

export interface Health {
  readonly service: AddedService;
  /** Tells those who watch that we are about to go. */
  stopping(): void;
}

/** The server as a whole, and its one service. */
const SUBJECTS = ['', 'SpiffeWorkloadAPI'];

/** gRPC Health Checking, for every connection the same. */
export function createHealth(): Health {
  const health = new HealthImplementation(
    Object.fromEntries(SUBJECTS.map((subject) => [subject, 'SERVING' as const])),
  );
  const services: AddedService[] = [];
  health.addToServer({
    addService: (definition, implementation) => services.push({ definition, implementation }),
  });
  const [service] = services;
  if (service === undefined) throw new TypeError('grpc-health-check added no service');
  return {
    service,
    stopping: () => {
      for (const subject of SUBJECTS) health.setStatus(subject, 'NOT_SERVING');
    },
  };
}
