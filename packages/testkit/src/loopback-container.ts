import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { freePort, untilAnswers } from './loopback-port.ts';

export interface ContainerOptions {
  readonly image: string;
  readonly port: number;
  readonly command: string[];
  readonly environment?: Record<string, string>;
  /** Resolves once the server answers at this port of 127.0.0.1; rejects where it doesn't yet. */
  answers(port: number): Promise<unknown>;
}

/** A server in a container, published on one port of 127.0.0.1 that it keeps over its lives. */
export interface LoopbackContainer {
  readonly port: number;
  run(command: string[]): Promise<{ exitCode: number; output: string }>;
  /** SIGKILL. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoopbackContainer(options: ContainerOptions): Promise<LoopbackContainer> {
  const { image, command, environment = {}, answers } = options;
  const port = await freePort();
  const started = await new OnLoopback(image)
    .withName(`blastradius-test-${randomUUID()}`)
    .withExposedPorts({ container: options.port, host: port })
    .withEnvironment(environment)
    .withCommand(command)
    .start();
  if (process.env['TESTCONTAINERS_RYUK_DISABLED'] === 'true') removeWhenGone(started.getId());
  await untilAnswers(() => answers(port));
  const container = await dockerContainer(started);
  return {
    port,
    run: (words) => started.exec(words),
    kill: async () => {
      await container.kill();
      await container.wait();
    },
    startAgain: async () => {
      await container.start();
      await untilAnswers(() => answers(port));
    },
    // Removed by force, so that it also ends one that was killed.
    stop: () => container.remove({ force: true, v: true }),
  };
}

/** testcontainers itself publishes on every address of the host. */
class OnLoopback extends GenericContainer {
  protected override async beforeContainerCreated(): Promise<void> {
    const published: Record<string, { HostPort?: string }[]> = this.hostConfig.PortBindings ?? {};
    this.hostConfig.PortBindings = Object.fromEntries(
      Object.entries(published).map(([port, bindings]) => [
        port,
        bindings.map((binding) => ({ ...binding, HostIp: '127.0.0.1' })),
      ]),
    );
  }
}

async function dockerContainer(started: StartedTestContainer) {
  return (await getContainerRuntimeClient()).container.getById(started.getId());
}

/** However this process ends, its end closes the pipe, and the container goes. */
function removeWhenGone(containerId: string): void {
  const script = 'cat >/dev/null; exec docker rm --force --volumes "$1"';
  const guard = spawn('sh', ['-c', script, 'sh', containerId], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {});
  guard.unref();
  if (guard.stdin && 'unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
}
