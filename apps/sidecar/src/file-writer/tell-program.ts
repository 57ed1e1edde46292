import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { OnChange } from './file-output.ts';
import { ProgramNotTold } from './file-writer.errors.ts';

/** A command finds programs where every system has them, and nothing of the sidecar's own environment. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** Tells the program that its files are new. Rejects with `ProgramNotTold`. */
export async function tellProgram(onChange: OnChange, ownerUid: number): Promise<void> {
  if (onChange.kind === 'command') await runCommand(onChange.command, onChange.timeoutSeconds);
  else await sendSignal(onChange.signal, onChange.pidFile, ownerUid);
}

/**
 * A pid file is a program's word, may be as old as the last crash, and we may be allowed to signal
 * anybody. So the process has to run as the user whose files these are.
 */
async function sendSignal(signal: NodeJS.Signals, pidFile: string, ownerUid: number): Promise<void> {
  const text = (await readFile(pidFile, 'utf8').catch(notTold(`${pidFile} can't be read`))).trim();
  if (!/^[1-9][0-9]{0,9}$/.test(text) || text === '1') {
    throw new ProgramNotTold(`${pidFile} holds no process id`);
  }
  const uid = await effectiveUid(Number(text));
  if (uid !== ownerUid) {
    throw new ProgramNotTold(`process ${text} of ${pidFile} runs as ${uid} and not as ${ownerUid}`);
  }
  try {
    process.kill(Number(text), signal);
  } catch (cause) {
    throw new ProgramNotTold(`process ${text} of ${pidFile} could not be signalled`, { cause });
  }
}

/** The second of the four in /proc/<pid>/status: real, effective, saved, file system. */
async function effectiveUid(pid: number): Promise<number> {
  const path = `/proc/${pid}/status`;
  const status = await readFile(path, 'latin1').catch(notTold(`process ${pid} is gone`));
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]);
}

async function runCommand([program, ...args]: readonly string[], timeoutSeconds: number): Promise<void> {
  if (program === undefined) throw new ProgramNotTold('the command is empty');
  const options = {
    env: ENVIRONMENT,
    cwd: '/',
    timeout: timeoutSeconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024,
  } as const;
  await new Promise<void>((resolve, reject) => {
    execFile(program, args, options, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      const context = { exitCode: error.code, signal: error.signal, stderr: stderr.slice(0, 500) };
      reject(new ProgramNotTold(`${program} failed`, { cause: error, context }));
    });
  });
}

function notTold(message: string) {
  return (cause: unknown): never => {
    throw new ProgramNotTold(message, { cause });
  };
}
