export type { Logger } from 'pino';
export { createNestApp, type NestAppOptions } from './create-nest-app.ts';
export { DatabaseUnavailable } from './database/database.errors.ts';
export { type MigrationOptions, migrate } from './database/migrate.ts';
export type { PostgresConnection } from './database/postgres-connection.ts';
export { PostgresPool, type PostgresPoolOptions } from './database/postgres-pool.ts';
export { DomainErrorFilter } from './errors/domain-error-filter.ts';
export {
  categoryStatuses,
  categoryTexts,
  type Failure,
  type FailureAnswer,
  type FailureShape,
  problemDetails,
} from './errors/failure.ts';
export { InvalidRequest } from './errors/invalid-request.ts';
export { type AddJobOptions, type JobQueue, type JobQueueOptions, openQueue } from './jobs/open-queue.ts';
export { type JobWorker, type JobWorkerOptions, openWorker } from './jobs/open-worker.ts';
export { nestLogger } from './nest-logger.ts';
export { provide, provideValue } from './provide.ts';
export { requestIdOf } from './request-id.ts';
