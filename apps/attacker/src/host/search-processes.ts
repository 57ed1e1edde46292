import type { Credential } from '../loot/credential.ts';
import { credentialsIn } from './credentials-in.ts';
import { type Finds, findSecrets, KeyRing, noFinds } from './find-secrets.ts';
import { ProcessClosed } from './host.errors.ts';
import { MemoryWalk, type WalkLimits } from './memory-walk.ts';
import { ProcessView } from './process-view.ts';

/** Two cores carry the agents as well: a look takes a moment, and the next one goes on. */
const LOOK: WalkLimits = { bytes: 48 * 2 ** 20, milliseconds: 600 };

interface Search {
  readonly credentials: readonly Credential[];
  /** There are processes, or stretches of one, that this round has not come to. */
  readonly hasMore: boolean;
}

/** Looks through processes, one a look, round after round: what was there in the last round may be new in this one. */
export class SearchProcesses {
  readonly #pids: readonly number[];
  readonly #view: ProcessView;
  readonly #keys = new KeyRing();
  readonly #closed = new Set<number>();
  #ahead: number[] = [];
  #pid = 0;
  #current: { readonly pid: number; readonly walk: MemoryWalk; readonly finds: Finds } | undefined;

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#view = new ProcessView(pids);
  }

  /** One that is gone is passed over; throws `foothold.process-closed` where the kernel shows us none of them. */
  async look(): Promise<Search> {
    try {
      const search = await this.#look();
      this.#closed.clear();
      return search;
    } catch (error) {
      if (!(error instanceof ProcessClosed)) throw error;
      this.#closed.add(this.#pid);
      if (this.#closed.size === this.#pids.length) throw error;
      return { credentials: [], hasMore: this.#ahead.length > 0 };
    }
  }

  async #look(): Promise<Search> {
    if (this.#current === undefined && this.#ahead.length === 0) this.#ahead = [...this.#pids];
    const current = this.#current ?? (await this.#begin());
    this.#current = undefined;
    const see = (chunk: Buffer) => findSecrets(chunk, current.finds, { isMemory: true });
    const isHalfDone = await current.walk.goOn(LOOK, see);
    if (isHalfDone) this.#current = current;
    const credentials = credentialsIn(current.finds, this.#keys, new Date());
    return { credentials, hasMore: isHalfDone || this.#ahead.length > 0 };
  }

  /** What can be had without its memory comes first: how it was started, and the files that it was told of. */
  async #begin() {
    const pid = this.#ahead.shift() ?? 0;
    this.#pid = pid;
    const finds = noFinds();
    const texts = [...(await this.#view.environment(pid)).values(), ...(await this.#view.commandLine(pid))];
    for (const bytes of [Buffer.from(texts.join('\0')), ...(await this.#view.namedFiles(pid))]) {
      findSecrets(bytes, finds, { isMemory: false });
    }
    return { pid, walk: new MemoryWalk(this.#view, pid), finds };
  }
}
