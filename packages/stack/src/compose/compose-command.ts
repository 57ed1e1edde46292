import { ComponentMissing } from '../stack.errors.ts';
import { type CommandOptions, runCommand } from './run-command.ts';

/** Runs compose with these arguments. */
export type Compose = (args: readonly string[], options?: CommandOptions) => Promise<string>;

const CANDIDATES = [
  ['docker', ['compose']],
  ['docker-compose', []],
] as const;

/** The compose of this machine, v2 before v1.29, for the project in `root`. Throws `ComponentMissing`. */
export async function findCompose(root: string): Promise<Compose> {
  for (const [program, prefix] of CANDIDATES) {
    const isThere = await runCommand(program, [...prefix, 'version', '--short'], { timeoutMs: 20_000 }).then(
      () => true,
      () => false,
    );
    if (isThere)
      return (args, options) => runCommand(program, [...prefix, ...args], { ...options, folder: root });
  }
  throw new ComponentMissing(
    'compose is not there: install the Docker Compose plugin (`docker compose`) or docker-compose 1.29, or leave --target out',
  );
}
