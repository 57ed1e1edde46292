import { randomBytes } from 'node:crypto';
import { findRoot } from '../embedded/app-entries.ts';
import type { Platform } from '../world/world.ts';
import type { Arm } from '../world/world-setting.ts';
import { servicesOf } from './arm-services.ts';
import { type Compose, findCompose } from './compose-command.ts';
import { steerWorld } from './compose-world.ts';
import { type Containers, containersOf } from './containers.ts';
import { runCommand } from './run-command.ts';
import { type ComposeRun, runEnvironment } from './run-environment.ts';

export interface ComposePlatformOptions extends Omit<ComposeRun, 'world'> {
  readonly arms: readonly Arm[];
  readonly onPhase?: (phase: string) => void;
}

const HEALTHY_WITHIN_MS = 240_000;
const SCRIPTS = '/opt/blastradius';
/** Stays as it is: a run has databases of its own in the one, and queues of its own in the other. */
const FOUNDATION = ['postgres', 'redis'];
const ALL_PROFILES = ['--profile', 'attack'];

/**
 * Borrows the containers of the compose project for a run: they are made anew with databases and
 * ledgers of the run's own, and afterwards made anew as they were. What the platform held before is
 * not touched.
 */
export async function borrowComposePlatform(options: ComposePlatformOptions): Promise<Platform> {
  const { arms, onPhase } = options;
  const compose = await findCompose(findRoot());
  onPhase?.('starting what the containers stand on');
  await compose([...ALL_PROFILES, 'up', '-d', ...FOUNDATION]);
  const containers = containersOf(await projectOf(compose));
  await containers.untilHealthy(FOUNDATION, HEALTHY_WITHIN_MS);
  const loan = await takeLoan(compose, containers, [...new Set(arms.flatMap((arm) => servicesOf(arm).all))]);
  try {
    onPhase?.('making the containers anew for this run');
    await loan.recreate(runEnvironment({ ...options, world: loan.world }));
  } catch (error) {
    await loan.giveBack().catch(() => {});
    throw error;
  }
  return {
    startWorld: (setting) => steerWorld(setting, containers, loan.world),
    stop: async () => {
      onPhase?.('giving the containers back');
      await loan.giveBack();
    },
  };
}

interface Loan {
  /** The suffix of everything that is the run's own. */
  readonly world: string;
  recreate(environment: Readonly<Record<string, string>>): Promise<void>;
  giveBack(): Promise<void>;
}

async function takeLoan(
  compose: Compose,
  containers: Containers,
  services: readonly string[],
): Promise<Loan> {
  const world = `_run_${randomBytes(4).toString('hex')}`;
  const before = await containers.standing();
  const make = async (wanted: readonly string[], environment: Readonly<Record<string, string>>) => {
    if (wanted.length === 0) return;
    await compose([...ALL_PROFILES, 'up', '-d', '--force-recreate', ...wanted], { environment });
    await containers.untilHealthy(wanted, HEALTHY_WITHIN_MS);
  };
  await containers.exec('postgres', ['bash', `${SCRIPTS}/create-world.sh`, world]);
  return {
    world,
    recreate: (environment) => make(services, environment),
    giveBack: async () => {
      await compose([...ALL_PROFILES, 'rm', '-sf', ...services]);
      await containers.exec('postgres', ['bash', `${SCRIPTS}/drop-world.sh`, world]);
      await make(
        services.filter((service) => before.includes(service)),
        {},
      );
    },
  };
}

async function projectOf(compose: Compose): Promise<string> {
  const [id = ''] = (await compose(['ps', '-q', 'postgres'])).trim().split('\n');
  const label = '{{index .Config.Labels "com.docker.compose.project"}}';
  return (await runCommand('docker', ['inspect', '-f', label, id])).trim();
}
