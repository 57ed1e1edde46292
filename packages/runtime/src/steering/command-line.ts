import { type ProcessCommand, processCommand } from '@blastradius/contracts';

/** One line of a starter; throws for what is no command. */
export function parseCommandLine(line: string): ProcessCommand {
  return processCommand.parse(JSON.parse(line));
}
