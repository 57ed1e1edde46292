import { randomBytes } from 'node:crypto';
import type { Containers } from './containers.ts';

/** The compose project of this repository, as a run uses it. */
export interface ComposeProject {
  readonly root: string;
  /** How compose is called here: a program and its first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly containers: Containers;
  /** Starts what does not run, and waits until it is healthy; what runs stays as it is. */
  start(services: readonly string[]): Promise<void>;
  /** Makes these services' containers anew with the environment, and waits until they are healthy. */
  renew(services: readonly string[], environment?: Readonly<Record<string, string>>): Promise<void>;
  remove(services: readonly string[]): Promise<void>;
}

export interface WorldLoan {
  /** The suffix of everything that is the world's own: databases, queues, ledgers. */
  readonly world: string;
  end(): Promise<void>;
}

/** In PostgreSQL's container. */
const SCRIPTS = '/opt/blastradius';

/** Makes the databases of a world and the containers that use them; the end of the loan takes both away. */
export async function lendWorld(
  { containers, renew, remove }: ComposeProject,
  services: readonly string[],
  environmentOf: (world: string) => Readonly<Record<string, string>>,
): Promise<WorldLoan> {
  const world = `_run_${randomBytes(4).toString('hex')}`;
  const end = async () => {
    await remove(services);
    await containers.exec('postgres', ['bash', `${SCRIPTS}/drop-world.sh`, world]);
  };
  await containers.exec('postgres', ['bash', `${SCRIPTS}/create-world.sh`, world]);
  try {
    await renew(services, environmentOf(world));
  } catch (error) {
    await end().catch(() => {});
    throw error;
  }
  return { world, end };
}
