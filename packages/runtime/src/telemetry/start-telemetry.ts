import type { Logger } from 'pino';
import { createLogger } from '../log/create-logger.ts';
import { readTelemetrySettings } from './settings.ts';

export interface TelemetryOptions {
  /** `service.name`, unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logger?: Logger;
}

export interface Telemetry {
  /** Sends what is waiting, for no longer than a second. */
  shutdown(): Promise<void>;
}

/**
 * Traces and metrics of this process by OTLP/HTTP, where `OTEL_EXPORTER_OTLP_ENDPOINT` names a
 * collector; elsewhere OpenTelemetry's API stays the no-op it is, and its SDK isn't even loaded.
 * To be called in the process's own entry script, before anything else is composed: attestation
 * refuses Node's options by which SDKs are loaded otherwise.
 */
export async function startTelemetry({
  name,
  env,
  logger = createLogger(name),
}: TelemetryOptions): Promise<Telemetry> {
  const settings = readTelemetrySettings(name, env);
  if (settings === undefined) return { shutdown: async () => {} };
  const { startSdk } = await import('./start-sdk.ts');
  return startSdk(settings, logger);
}
