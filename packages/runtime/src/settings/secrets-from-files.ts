import { readFileSync } from 'node:fs';
import { DomainError } from '@blastradius/kernel';

export class SecretUnreadable extends DomainError {
  readonly code = 'settings.secret-unreadable';
  readonly category = 'invalid';
}

/**
 * The environment, with each of `names` taken from the file that `<NAME>_FILE` names, where it names
 * one: a secret that lies in a file stands in no process listing and no container's description.
 * Both at once are refused: which one counts should be nobody's guess.
 */
export function secretsFromFiles(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const read = names.flatMap((name): [string, string][] => {
    const file = env[`${name}_FILE`];
    if (file === undefined || file === '') return [];
    if (env[name]) throw new SecretUnreadable(`${name} and ${name}_FILE are both set; leave one out`);
    return [[name, readSecret(name, file)]];
  });
  return { ...env, ...Object.fromEntries(read) };
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new SecretUnreadable(`${name}_FILE names ${file}, which can't be read`, { cause });
  }
}
