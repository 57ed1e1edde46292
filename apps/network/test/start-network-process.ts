import { fileURLToPath } from 'node:url';
import { type AppProcess, startAppProcess } from '@blastradius/testkit';

export interface NetworkProcess extends AppProcess {
  readonly port: number;
}

/** The built network as a process of its own; `entry` is relative to this folder. */
export async function startNetworkProcess(
  env: Record<string, string>,
  entry = '../dist/main.js',
): Promise<NetworkProcess> {
  const started = await startAppProcess(fileURLToPath(new URL(entry, import.meta.url)), env);
  return { ...started, port: Number(new URL(started.url).port) };
}
