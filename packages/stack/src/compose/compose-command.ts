import { ComponentMissing } from '../stack.errors.ts';
import { type CommandOptions, runCommand } from './run-command.ts';

/** Runs compose with these arguments. */
export type Compose = (args: readonly string[], options?: CommandOptions) => Promise<string>;

/** How compose is called: a program and its first arguments. */
export type ComposeCommand = readonly [program: string, ...args: string[]];

const CANDIDATES: readonly ComposeCommand[] = [['docker', 'compose'], ['docker-compose']];
/** A run uses services of all profiles. */
const ALL_PROFILES = ['--profile', 'attack', '--profile', 'load'];

/** The compose of this machine, v2 before v1.29, for the project in `root`. Throws `ComponentMissing`. */
export async function findCompose(root: string): Promise<{ compose: Compose; command: ComposeCommand }> {
  for (const [program, ...prefix] of CANDIDATES) {
    const isThere = await runCommand(program, [...prefix, 'version', '--short'], { timeoutMs: 20_000 }).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    const command: ComposeCommand = [program, ...prefix, ...ALL_PROFILES];
    const [, ...args] = command;
    return {
      command,
      compose: (more, options) => runCommand(program, [...args, ...more], { ...options, folder: root }),
    };
  }
  throw new ComponentMissing(
    'compose is not there: install the Docker Compose plugin (`docker compose`) or docker-compose 1.29, or leave --target out',
  );
}
