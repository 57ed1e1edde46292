import { spawn } from 'node:child_process';
import { ComponentFailed, ComponentMissing } from '../stack.errors.ts';

export interface CommandOptions {
  /** On top of our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
}

const OUTPUT_TAIL = 2000;

/** Runs a command to its end and returns what it printed; one that fails is an error that holds its last lines. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { environment = {}, folder, input = '', timeoutMs = 600_000 }: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    timeout: timeoutMs,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  child.stdin.on('error', () => {}); // It ended early; its exit code says why.
  child.stdin.end(input);
  const { promise: exited, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', (cause) => reject(new ComponentMissing(`${program} can't be run`, { cause })));
  child.once('close', resolve);
  const code = await exited;
  const text = Buffer.concat(output).toString();
  if (code === 0) return text;
  const tail = `${text}${Buffer.concat(complaints).toString()}`.trim().slice(-OUTPUT_TAIL);
  throw new ComponentFailed(
    `${program} ${args.join(' ').slice(0, 200)} ended with ${code ?? 'a signal'}:\n${tail}`,
  );
}
