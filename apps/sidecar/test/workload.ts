import { spawn } from 'node:child_process';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface Workload {
  readonly script: string;
  /** Starts it and waits for its first identity, or for the first refusal. */
  outcome(): Promise<{ spiffeId?: string; code?: string }>;
  stop(): void;
}

/**
 * A real process that uses our client. It imports the sources by their files, since a condition
 * for resolving packages would be an option before the script.
 */
export async function startWorkload(socketPath: string, extra: string): Promise<Workload> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'agent-')));
  const script = join(directory, 'agent.mjs');
  const client = fileURLToPath(import.meta.resolve('@blastradius/spiffe'));
  await writeFile(
    script,
    `import { createWorkloadApiClient } from '${pathToFileURL(client)}';
${extra}const say = (value) => { process.stdout.write(JSON.stringify(value) + '\\n'); stop(); };
const stop = createWorkloadApiClient({ socketPath: '${socketPath}' }).watchX509Context({
  onUpdate: ({ svids }) => say({ spiffeId: svids[0].spiffeId.toString() }),
  onError: (error) => say({ code: error.code }),
});
`,
  );
  let stop = () => {};
  return {
    script,
    outcome: async () => {
      const child = spawn(process.execPath, [script], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
      stop = () => child.kill('SIGKILL');
      for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
      throw new Error('the workload ended without a word');
    },
    stop: () => stop(),
  };
}
