import type { ProcessCommand, ProcessEvent } from '@blastradius/contracts';
import { controlSocketStarter } from './control-socket.ts';
import { stdioStarter } from './stdio.ts';

/** Whoever started this process: hears its events, gives it commands, and has it stopped. */
export interface Starter {
  emit(event: ProcessEvent): void;
  /**
   * Hands each command to `onCommand`. When the starter is gone or says so, `onStop` runs once and
   * the process exits.
   */
  follow(onCommand: (command: ProcessCommand) => void, onStop: () => Promise<void>): void;
}

/**
 * By lines on stdin and stdout, or, where `CONTROL_SOCKET` names one, on a Unix socket: the way of a
 * container, which nobody starts with a pipe and which goes on when nobody listens.
 */
export function findStarter(env: NodeJS.ProcessEnv): Starter {
  const socketPath = env['CONTROL_SOCKET'];
  return socketPath ? controlSocketStarter(socketPath) : stdioStarter();
}
