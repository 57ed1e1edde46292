import { readFile } from 'node:fs/promises';
import { unlessHidden } from './proc-view.ts';

/**
 * Names of users and groups, by number, as this host's /etc/passwd or /etc/group has them. Accounts that
 * come from a directory server stay numbers: their names are the server's word, over a network.
 */
export async function readAccountNames(file: string): Promise<ReadonlyMap<number, string>> {
  return parseAccountNames((await unlessHidden(() => readFile(file, 'utf8'))) ?? '');
}

/** Lines `name:password:number:...` of passwd(5) and group(5); of two names for one number the first counts. */
export function parseAccountNames(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    if (!name || number === undefined || !/^\d+$/.test(number)) continue;
    if (!names.has(Number(number))) names.set(Number(number), name);
  }
  return names;
}
