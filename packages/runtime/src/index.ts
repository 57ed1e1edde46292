export { openReadinessProbe, type ReadinessProbe } from './health/readiness.ts';
export { SecretUnreadable, secretsFromFiles } from './settings/secrets-from-files.ts';
export { findStarter, type Starter } from './steering/starter.ts';
