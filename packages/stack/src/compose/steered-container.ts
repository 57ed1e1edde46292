import type { ProcessEvent } from '@blastradius/contracts';
import { type Child, startChild } from '../process/child.ts';
import type { Containers } from './containers.ts';

/** Where every container has its control socket, and the program that leads to a socket. */
const CONTROL_SOCKET = '/run/blastradius/control.sock';
const RELAY = '/app/relay.mjs';

export interface SteeredContainer {
  readonly service: string;
  readonly containers: Containers;
  readonly logFile: string;
  readonly onEvent: (event: ProcessEvent) => void;
}

/**
 * Speaks to the process in a container as to a child of ours: commands and events as lines, through
 * its control socket. Stopping it ends the conversation, not the container.
 */
export async function steerContainer(options: SteeredContainer): Promise<Child> {
  const { service, containers, logFile, onEvent } = options;
  return startChild({
    name: service,
    command: 'docker',
    args: ['exec', '-i', await containers.idOf(service), 'node', RELAY, CONTROL_SOCKET],
    env: dockerEnvironment(),
    logFile,
    onEvent,
  });
}

/** What the Docker client needs of our environment to find its engine. */
export function dockerEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH'];
  return Object.fromEntries(
    [...names, 'DOCKER_TLS_VERIFY'].flatMap((name): [string, string][] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
