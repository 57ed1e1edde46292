import { setTimeout as delay } from 'node:timers/promises';
import { ComponentFailed } from '../stack.errors.ts';
import { runCommand } from './run-command.ts';

/** The containers of one compose project, by the names of their services. */
export interface Containers {
  /** The services that have a running container. */
  standing(): Promise<string[]>;
  idOf(service: string): Promise<string>;
  /** Runs a command in the service's container, as its own user. */
  exec(service: string, command: readonly string[], input?: string): Promise<string>;
  /** Resolves when each of them is healthy, or running where it has no check. */
  untilHealthy(services: readonly string[]): Promise<void>;
  /** Ends the service's process by the signal and starts it again. */
  restart(service: string, signal: NodeJS.Signals): Promise<void>;
  stop(services: readonly string[]): Promise<void>;
  /** Copies a file or folder out of the container; also of one that has ended. */
  copyOut(service: string, from: string, to: string): Promise<void>;
}

const HEALTHY_WITHIN_MS = 240_000;
const POLL_MS = 1000;
const RESTART_DELAY_MS = 300;
const STATE = '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}';

export function containersOf(project: string): Containers {
  const docker = (args: readonly string[], input?: string) =>
    runCommand('docker', args, input === undefined ? {} : { input });
  const idOf = async (service: string) => {
    const labels = [`project=${project}`, `service=${service}`, 'oneoff=False'];
    const filters = labels.flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
    const [id] = (await docker(['ps', '-aq', '--no-trunc', ...filters])).split('\n');
    if (!id) throw new ComponentFailed(`project ${project} has no container for ${service}`);
    return id;
  };
  const stateOf = async (service: string) =>
    (await docker(['inspect', '-f', STATE, await idOf(service)])).trim();
  return {
    standing: async () => {
      const filter = ['--filter', `label=com.docker.compose.project=${project}`];
      const format = ['--format', '{{.Label "com.docker.compose.service"}}'];
      return (await docker(['ps', ...filter, ...format])).split('\n').filter(Boolean);
    },
    idOf,
    exec: async (service, command, input) =>
      docker(['exec', ...(input === undefined ? [] : ['-i']), await idOf(service), ...command], input),
    untilHealthy: async (services) => {
      const deadlineMs = Date.now() + HEALTHY_WITHIN_MS;
      for (let missing = [...services]; missing.length > 0; await delay(POLL_MS)) {
        const states = await Promise.all(
          missing.map(async (service) => ({ service, state: await stateOf(service) })),
        );
        missing = states
          .filter(({ state }) => state !== 'healthy' && state !== 'running')
          .map(({ service }) => service);
        if (missing.length > 0 && Date.now() > deadlineMs) throw await neverHealthy(missing, idOf, docker);
        if (missing.length === 0) return;
      }
    },
    restart: async (service, signal) => {
      const id = await idOf(service);
      await docker(['kill', '-s', signal, id]);
      await delay(RESTART_DELAY_MS);
      await docker(['start', id]);
    },
    stop: async (services) =>
      void (await docker(['stop', '-t', '10', ...(await Promise.all(services.map(idOf)))])),
    copyOut: async (service, from, to) => void (await docker(['cp', `${await idOf(service)}:${from}`, to])),
  };
}

async function neverHealthy(
  services: readonly string[],
  idOf: Containers['idOf'],
  docker: (args: readonly string[]) => Promise<string>,
): Promise<ComponentFailed> {
  const first = services[0] ?? '';
  const log = await docker(['logs', '--tail', '20', await idOf(first)]).catch(() => '');
  return new ComponentFailed(
    `not healthy in time: ${services.join(', ')}; the last of \`docker logs\` of ${first}:\n${log}`,
  );
}
