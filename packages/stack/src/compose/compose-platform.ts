import { findRoot } from '../embedded/app-entries.ts';
import { LeakNotInCompose } from '../stack.errors.ts';
import type { Platform } from '../world/world.ts';
import type { WorldSetting } from '../world/world-setting.ts';
import { servicesFor } from './arm-services.ts';
import { type Compose, findCompose } from './compose-command.ts';
import { steerWorld } from './compose-world.ts';
import { containersOf } from './containers.ts';
import { runCommand } from './run-command.ts';
import { runEnvironment } from './run-environment.ts';
import { takeTurns } from './take-turns.ts';
import { type ComposeProject, lendWorld } from './world-loan.ts';

/** Stays as it is: a run has databases of its own in the one, and queues of its own in the other. */
const FOUNDATION = ['postgres', 'redis'];

/**
 * Borrows the containers of the compose project for a run: each world's are made anew with databases
 * and ledgers of its own, and after the run all are made anew as they were. What the platform held
 * before is not touched.
 */
export async function borrowComposePlatform(onPhase?: (phase: string) => void): Promise<Platform> {
  const project = await openProject();
  onPhase?.('starting what the containers stand on');
  await project.start(FOUNDATION);
  const standing = await project.containers.standing();
  const borrowed = new Set<string>();
  // One change of the project at a time: compose looks at all of it.
  const inTurn = takeTurns();
  return {
    startWorld: async (setting) => {
      if (setting.leakVector !== 'open-database') throw new LeakNotInCompose(setting.leakVector);
      const services = servicesFor(setting);
      for (const service of services) borrowed.add(service);
      return inTurn(() => startWorld(project, setting, services));
    },
    stop: async () => {
      onPhase?.('giving the containers back');
      await project.renew(standing.filter((service) => borrowed.has(service)));
    },
  };
}

async function startWorld(project: ComposeProject, setting: WorldSetting, services: readonly string[]) {
  const loan = await lendWorld(project, services, (world) => runEnvironment(setting, world));
  try {
    const world = await steerWorld(setting, project, loan.world);
    return {
      ...world,
      stop: async () => {
        await world.stop();
        await loan.end();
      },
    };
  } catch (error) {
    await loan.end().catch(() => {});
    throw error;
  }
}

async function openProject(): Promise<ComposeProject> {
  const root = findRoot();
  const { compose, command } = await findCompose(root);
  // Also of a project that has never been started: compose knows its name.
  await compose(['up', '-d', 'secrets']);
  const containers = containersOf(await nameOf(compose));
  return {
    root,
    command,
    containers,
    start: async (services) => {
      await compose(['up', '-d', ...services]);
      await containers.untilHealthy(services);
    },
    renew: async (services, environment = {}) => {
      if (services.length === 0) return;
      await compose(['rm', '-sf', ...services]);
      await compose(['up', '-d', ...services], { environment });
      await containers.untilHealthy(services);
    },
    remove: async (services) => void (await compose(['rm', '-sf', ...services])),
  };
}

async function nameOf(compose: Compose): Promise<string> {
  const [id = ''] = (await compose(['ps', '-aq', 'secrets'])).trim().split('\n');
  const label = '{{index .Config.Labels "com.docker.compose.project"}}';
  return (await runCommand('docker', ['inspect', '-f', label, id])).trim();
}
