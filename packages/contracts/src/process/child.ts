import { createInterface } from 'node:readline';
import { type ProcessCommand, type ProcessEvent, processCommand } from './protocol.ts';

/** Tells the starter something. Only events go to stdout. */
export function emitEvent(event: ProcessEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/**
 * Hands each command to `onCommand`. When stdin ends, or on SIGTERM, `onStop` runs once and the
 * process exits. SIGINT is left to the starter: Ctrl-C reaches the whole terminal, and the
 * starter takes the world down in order.
 */
export function followStarter(
  onCommand: (command: ProcessCommand) => void,
  onStop: () => Promise<void>,
): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), 5000).unref();
    onStop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', () => {});
  process.on('SIGTERM', stop);
  // A starter that died can't read our events; the write error says what the end of stdin says.
  process.stdout.on('error', stop);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const command = processCommand.parse(JSON.parse(line));
    if (command.command === 'stop') stop();
    else onCommand(command);
  });
  lines.on('close', stop);
}
