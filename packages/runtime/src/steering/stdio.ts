import { createInterface } from 'node:readline';
import { parseCommandLine } from './command-line.ts';
import { exitOnce } from './exit-once.ts';
import type { Starter } from './starter.ts';

/**
 * Commands come in on stdin, events leave on stdout, and nothing else does. The end of stdin is the
 * end of the starter, and of this process. SIGINT is left to the starter: Ctrl-C reaches the whole
 * terminal, and the starter takes the world down in order.
 */
export function stdioStarter(): Starter {
  return {
    emit: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
    follow: (onCommand, onStop) => {
      const stop = exitOnce(onStop);
      process.on('SIGINT', () => {});
      process.on('SIGTERM', stop);
      // A starter that died can't read our events; the write error says what the end of stdin says.
      process.stdout.on('error', stop);
      const lines = createInterface({ input: process.stdin });
      lines.on('line', (line) => {
        const command = parseCommandLine(line);
        if (command.command === 'stop') stop();
        else onCommand(command);
      });
      lines.on('close', stop);
    },
  };
}
