import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ProcessCommand, ProcessEvent } from '@blastradius/contracts';
import { parseCommandLine } from './command-line.ts';
import { exitOnce } from './exit-once.ts';
import type { Starter } from './starter.ts';

/**
 * Commands and events as lines on a Unix socket that only this process's own user may open. Who
 * connects first hears the newest event of each kind, so that it knows how things stand; who leaves
 * ends nothing: this process stops at a signal, or at the command to stop.
 */
export function controlSocketStarter(socketPath: string): Starter {
  const listeners = new Set<Socket>();
  const newest = new Map<ProcessEvent['event'], ProcessEvent>();
  return {
    emit: (event) => {
      newest.delete(event.event);
      newest.set(event.event, event);
      for (const listener of listeners) listener.write(lineOf(event));
    },
    follow: (onCommand, onStop) => {
      const stop = exitOnce(onStop);
      process.on('SIGINT', stop);
      process.on('SIGTERM', stop);
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('close', () => listeners.delete(socket));
        listeners.add(socket);
        for (const event of newest.values()) socket.write(lineOf(event));
        const lines = createInterface({ input: socket });
        // It hands on what its input suffers; unheard, that would end the process.
        lines.on('error', () => {});
        lines.on('line', (line) => {
          const command = readCommand(line, socket);
          if (command?.command === 'stop') stop();
          else if (command) onCommand(command);
        });
      });
      listenAlone(server, socketPath);
    },
  };
}

function listenAlone(server: ReturnType<typeof createServer>, socketPath: string): void {
  // A process that was killed has left its socket behind.
  rmSync(socketPath, { force: true });
  // Others can't open the socket, from its first instant: `bind` makes the file before it returns.
  const before = process.umask(0o177);
  try {
    server.listen(socketPath);
  } finally {
    process.umask(before);
  }
}

function readCommand(line: string, socket: Socket): ProcessCommand | undefined {
  try {
    return parseCommandLine(line);
  } catch {
    socket.write(
      lineOf({ event: 'failed', code: 'steering.no-command', message: 'that line is no command' }),
    );
    return undefined;
  }
}

const lineOf = (event: ProcessEvent) => `${JSON.stringify(event)}\n`;
