import { join } from 'node:path';
import type { ProcessEvent } from '@blastradius/contracts';
import { type Child, untilEvent } from '../process/child.ts';
import { type Agents, sumCounts } from '../world/world.ts';
import type { WorldSetting } from '../world/world-setting.ts';
import type { Containers } from './containers.ts';
import { steerContainer } from './steered-container.ts';

/** The agents of one arm: a container that carries many, and some that have one of their own. */
export async function steerAgents(
  setting: WorldSetting,
  services: readonly string[],
  containers: Containers,
): Promise<Agents> {
  const hosts = await Promise.all(services.map((service) => steerHost(service, setting, containers)));
  // The first of the population have containers of their own, in the order of these.
  const own = setting.population.agents.slice(0, services.length - 1);
  const hostOf = new Map(own.map(({ name }, index) => [name, hosts[index + 1]]));
  const everywhere = (command: Parameters<Child['send']>[0]) => {
    for (const { child } of hosts) child.send(command);
  };
  return {
    ownProcesses: own.length,
    enrol: async () => {
      everywhere({ command: 'enrol' });
      const counts = await Promise.all(hosts.map(({ enrolled }) => enrolled));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    live: (clock) => everywhere({ command: 'live', clock }),
    tell: (agent, command) => (hostOf.get(agent) ?? hosts[0])?.child.send(command),
    retire: async (agent) => (hostOf.get(agent) ?? hosts[0])?.child.send({ command: 'retire', agent }),
    trust: (certificatePem) => everywhere({ command: 'trust', certificatePem }),
    done: Promise.all(hosts.map(({ done }) => done)).then(() => {}),
    counts: () => sumCounts(hosts.map(({ counts }) => counts())),
    pids: [],
    stop: async () => void (await Promise.all(hosts.map(({ child }) => child.stop()))),
  };
}

async function steerHost(service: string, setting: WorldSetting, containers: Containers) {
  const enrolled = Promise.withResolvers<number>();
  const done = Promise.withResolvers<void>();
  enrolled.promise.catch(() => {});
  let counts: Record<string, number> = {};
  const onEvent = (event: ProcessEvent) => {
    if (event.event === 'enrolled') enrolled.resolve(event.agents);
    if (event.event === 'progress') counts = event.counts;
    if (event.event === 'done') done.resolve();
    if (event.event === 'failed') enrolled.reject(new Error(`${service}: ${event.code}: ${event.message}`));
  };
  const logFile = join(setting.logFolder, `${service}.log`);
  const { child } = await untilReady({ service, containers, logFile, onEvent });
  void child.exited.then(({ code, signal }) => {
    done.resolve();
    enrolled.reject(new Error(`${service} ended (${signal ?? code}) before its agents had enrolled`));
  });
  return { child, enrolled: enrolled.promise, done: done.promise, counts: () => counts };
}

/** Resolves when the process in the container has said that it is ready. */
export async function untilReady(options: Parameters<typeof steerContainer>[0]): Promise<{ child: Child }> {
  let forward = (_event: ProcessEvent) => {};
  const onEvent = (event: ProcessEvent) => {
    options.onEvent(event);
    forward(event);
  };
  const child = await steerContainer({ ...options, onEvent });
  return untilEvent(
    (listener) => {
      forward = listener;
      return child;
    },
    'ready',
    60_000,
  );
}
