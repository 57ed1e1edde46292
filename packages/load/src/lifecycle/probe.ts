import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProbeFailed } from '../load.errors.ts';
import type { ProbeOrder, ProbeReport, SvidKind } from './probe-messages.ts';
import type { ProbeSetting } from './probe-process.ts';

export interface Probe {
  steal(kind: SvidKind): Promise<ProbeReport>;
  progress(): Promise<ProbeReport>;
  giveUp(kind: SvidKind): Promise<ProbeReport>;
  /** Ends the honest uses; what counts is what was counted until then. */
  report(): Promise<ProbeReport>;
  stop(): Promise<void>;
}

/** As it was built, or from source where tests run from it. */
function probeScript(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return realpathSync(fileURLToPath(new URL(`probe-process.${extension}`, import.meta.url)));
}

/** What a sidecar attests of the probe. */
export function probeSelectors(): string[] {
  const script = probeScript();
  return [
    `unix:uid:${process.getuid?.()}`,
    `interpreter:path:${script}`,
    `interpreter:sha256:${createHash('sha256').update(readFileSync(script)).digest('hex')}`,
  ];
}

/** Resolves when it works. */
export async function startProbe(setting: ProbeSetting, logFile: string): Promise<Probe> {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [probeScript()], {
    env: { PATH: '/usr/bin:/bin', PROBE: JSON.stringify(setting) },
    stdio: ['ignore', 'ignore', log, 'ipc'],
  });
  closeSync(log);
  const ended = once(child, 'exit').then(([code, signal]): never => {
    throw new ProbeFailed(`the probe ended (${signal ?? code}); see ${logFile}`);
  });
  ended.catch(() => {});
  const answer = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0];
  await answer();
  const ask = async (order: ProbeOrder) => {
    const report = answer();
    child.send(order);
    // It is our own process, told from nobody else's by its channel.
    return (await report) as ProbeReport;
  };
  return {
    steal: (kind) => ask({ order: 'steal', kind }),
    progress: () => ask({ order: 'progress' }),
    giveUp: (kind) => ask({ order: 'give-up', kind }),
    report: () => ask({ order: 'report' }),
    stop: async () => {
      child.kill('SIGTERM');
      await ended.catch(() => {});
    },
  };
}
