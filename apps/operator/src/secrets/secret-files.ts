import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files that are written once and never again. */
export class SecretFiles {
  readonly made: string[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file's content; where there is no file, one is written with what `make` gives. */
  once(name: string, make: () => string): string {
    const file = join(this.#folder, name);
    const there = readIfThere(file);
    if (there !== undefined) return there;
    const content = make();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.new`;
    writeFileSync(draft, content, { mode: 0o600 });
    chmodSync(draft, modeIn(dirname(file)));
    // Unlike a rename, a link never takes the place of a file that is there.
    linkSync(draft, file);
    rmSync(draft);
    this.made.push(name);
    return content;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const SET_GROUP_ID = 0o2000;

/** A volume that hands its group on was prepared for another service's user, who may read. */
function modeIn(folder: string): number {
  return (statSync(folder).mode & SET_GROUP_ID) === 0 ? 0o600 : 0o640;
}
