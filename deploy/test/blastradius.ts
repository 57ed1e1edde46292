import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from './engine.ts';

/** The command at work, as a user starts it. */
export interface RunningCommand {
  /** Resolves once it has said so; rejects if it ends before. */
  untilItSays(text: string): Promise<void>;
  /** Resolves with its last words when it has ended well. */
  readonly ended: Promise<string>;
}

const LAST_WORDS = 4000;

export function blastradius(args: readonly string[], env: Readonly<Record<string, string>>): RunningCommand {
  const child = spawn('node', ['apps/cli/bin/blastradius.mjs', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const said = listen(child);
  const ended = once(child, 'close').then(([code]) => {
    if (code === 0) return said().slice(-LAST_WORDS);
    throw new Error(`blastradius ${args.join(' ')} ended with ${code}: ${said().slice(-LAST_WORDS)}`);
  });
  ended.catch(() => {});
  return {
    ended,
    untilItSays: async (text) => {
      while (!said().includes(text)) await Promise.race([pause(200), ended]);
    },
  };
}

function listen({ stdout, stderr }: ChildProcessByStdio<null, Readable, Readable>): () => string {
  const heard: Buffer[] = [];
  for (const stream of [stdout, stderr]) stream.on('data', (chunk: Buffer) => heard.push(chunk));
  return () => Buffer.concat(heard).toString();
}
