import type { Clock } from '@blastradius/kernel';
import { parseJwtSvidInsecure } from '@blastradius/spiffe';
import type { JwtIdentities } from '@blastradius/workload-api';
import { type Deadline, isPast, NO_WAIT, waitFrom } from '../rotation/deadline.ts';
import { type FileOutput, selectorsOf, type TokenFile } from './file-output.ts';
import { OutputTokenMissing } from './file-writer.errors.ts';

interface HeldToken {
  readonly token: string;
  readonly expiresAtMs: number;
  /** When to ask for another one. */
  readonly renewAt: Deadline;
}

/** A token whose half is over is not asked for anew at every look, should the answer be the same one. */
const ASK_AGAIN_MS = 1000;

/** The JWT-SVIDs of one output, each replaced at half of its life. */
export class HeldTokens {
  readonly #output: FileOutput;
  readonly #jwt: JwtIdentities;
  readonly #clock: Clock;
  readonly #held = new Map<string, HeldToken>();

  constructor(output: FileOutput, { jwt, clock }: { readonly jwt: JwtIdentities; readonly clock: Clock }) {
    this.#output = output;
    this.#jwt = jwt;
    this.#clock = clock;
  }

  /** Something is to be asked for: not only where nothing is there yet. */
  get areDue(): boolean {
    const nowMs = this.#clock.now().getTime();
    return this.#output.tokens.some(({ file }) => isPast(this.#held.get(file)?.renewAt ?? NO_WAIT, nowMs));
  }

  /** By file name. Rejects where one can't be had and the last one is over. */
  async fresh(spiffeId: string): Promise<ReadonlyMap<string, string>> {
    const tokens = new Map<string, string>();
    for (const wanted of this.#output.tokens) tokens.set(wanted.file, await this.#freshOne(spiffeId, wanted));
    return tokens;
  }

  forget(): void {
    this.#held.clear();
  }

  async #freshOne(spiffeId: string, { file, audience }: TokenFile): Promise<string> {
    const nowMs = this.#clock.now().getTime();
    const held = this.#held.get(file);
    if (held !== undefined && !isPast(held.renewAt, nowMs)) return held.token;
    try {
      const fetched = await this.#fetch(spiffeId, audience);
      this.#held.set(file, fetched);
      return fetched.token;
    } catch (cause) {
      if (held === undefined || nowMs >= held.expiresAtMs) {
        throw new OutputTokenMissing('no JWT-SVID could be had', { cause, context: { file, spiffeId } });
      }
      this.#held.set(file, { ...held, renewAt: waitFrom(nowMs, ASK_AGAIN_MS) });
      return held.token;
    }
  }

  async #fetch(spiffeId: string, audience: readonly string[]): Promise<HeldToken> {
    const selectors = selectorsOf(this.#output);
    const svids = await this.#jwt.fetchJwtSvids(selectors, { audience, spiffeId });
    const token = svids.find((svid) => svid.spiffeId === spiffeId)?.svid;
    if (token === undefined) throw new OutputTokenMissing('no JWT-SVID was issued');
    const now = this.#clock.now();
    const { expiresAt, issuedAt = now } = parseJwtSvidInsecure(token, audience, now);
    // Half of its life from now at the latest: its own times may be those of a clock that runs ahead.
    const halfMs = (expiresAt.getTime() - issuedAt.getTime()) / 2;
    const delayMs = Math.max(Math.min(issuedAt.getTime() - now.getTime(), 0) + halfMs, ASK_AGAIN_MS);
    return { token, expiresAtMs: expiresAt.getTime(), renewAt: waitFrom(now.getTime(), delayMs) };
  }
}
