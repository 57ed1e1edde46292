import { type HealthServer, serveHealth } from './serve-health.ts';

/** How ready a process is: not before it has started, not while it stops, and in between if `check` says so. */
export interface ReadinessProbe {
  /** From now on it is ready whenever `check` is. */
  started(check?: () => Promise<boolean> | boolean): void;
  /** No new work, please; what is under way goes on. */
  stopping(): void;
  close(): void;
}

/** Serves the probes where `HEALTH_PORT` is set, on `HEALTH_ADDRESS` (127.0.0.1 unless told otherwise). */
export async function openReadinessProbe(env: NodeJS.ProcessEnv): Promise<ReadinessProbe> {
  let check: () => Promise<boolean> | boolean = () => false;
  const server = await serveWhereAsked(env, () => check());
  return {
    started: (ready = () => true) => {
      check = ready;
    },
    stopping: () => {
      check = () => false;
    },
    close: () => server?.close(),
  };
}

function serveWhereAsked(
  env: NodeJS.ProcessEnv,
  isReady: () => Promise<boolean> | boolean,
): Promise<HealthServer> | undefined {
  const text = env['HEALTH_PORT'];
  if (!text) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`HEALTH_PORT is ${text}: it must be a port number`);
  }
  return serveHealth({ address: env['HEALTH_ADDRESS'] ?? '127.0.0.1', port, isReady });
}
