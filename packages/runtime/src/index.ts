export { openReadinessProbe, type ReadinessProbe } from './health/readiness.ts';
export { SecretUnreadable, secretsFromFiles } from './settings/secrets-from-files.ts';
export { type DrainOptions, drainConnections } from './shutdown/drain-connections.ts';
export { findStarter, type Starter } from './steering/starter.ts';
