import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One sidecar's own volume, in which it finds a token and what to trust before its first bundle. */
export class JoinFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The sidecar removes the token when it has read it. */
  holdsToken(): boolean {
    return existsSync(join(this.#folder, 'token'));
  }

  /** The bundle first: who finds a token finds what belongs to it. */
  place(token: { readonly joinToken: string; readonly bundle: string }): void {
    this.#put('bundle', token.bundle);
    this.#put('token', token.joinToken);
  }

  /** A reader sees the old file, the new one or none, and never half of one. */
  #put(name: string, content: string): void {
    const draft = join(this.#folder, `.${name}.new`);
    writeFileSync(draft, content, { mode: 0o600 });
    renameSync(draft, join(this.#folder, name));
  }
}
