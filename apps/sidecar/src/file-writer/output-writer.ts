import { X509Certificate } from 'node:crypto';
import { type Clock, DomainError, type Random } from '@blastradius/kernel';
import { splitCertificates, type X509SvidMessage } from '@blastradius/spiffe';
import type {
  JwtIdentities,
  TokenBundles,
  WorkloadApiLogger,
  WorkloadIdentities,
  X509Snapshot,
} from '@blastradius/workload-api';
import { retryDelayMs } from '../rotation/backoff.ts';
import { isPast, NO_WAIT, waitFrom } from '../rotation/deadline.ts';
import { type FileOutput, selectorsOf } from './file-output.ts';
import { fileSet, fingerprint } from './file-set.ts';
import { HeldTokens } from './held-tokens.ts';
import { removeFileSet, swapFileSet } from './swap-file-set.ts';
import { tellProgram } from './tell-program.ts';

export interface OutputContext {
  readonly x509: WorkloadIdentities;
  readonly jwt: JwtIdentities;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: WorkloadApiLogger;
  /** Hears of each attempt that did something, or failed to. */
  readonly onOutcome?: (output: string, outcome: OutputOutcome) => void;
}

export type OutputOutcome = 'written' | 'removed' | 'failed';

/** A disk that is full or a program that is not there yet is looked after every half minute at least. */
const LIFETIME_MS_FOR_RETRIES = 300_000;
const NOTHING = 'nothing';

/** Keeps the files of one output in step with what the store says of its identity. */
export class OutputWriter {
  readonly #output: FileOutput;
  readonly #context: OutputContext;
  readonly #tokens: HeldTokens;
  readonly #stops: readonly (() => void)[];
  #snapshot: X509Snapshot | undefined;
  #jwtBundles: TokenBundles | undefined;
  /** What is on disk by our hand, and what of it the program was told of. */
  #written: string | undefined;
  #told: string | undefined;
  #endsAtMs = Number.POSITIVE_INFINITY;
  #isChanged = false;
  #failures = 0;
  #retryAt = NO_WAIT;
  #attempt: Promise<void> | undefined;

  constructor(output: FileOutput, context: OutputContext) {
    this.#output = output;
    this.#context = context;
    this.#tokens = new HeldTokens(output, { jwt: context.jwt, clock: context.clock });
    this.#stops = [this.#watchSvids(), ...(output.tokens.length > 0 ? [this.#watchJwtBundles()] : [])];
  }

  /** The files are not what they should be, or the program doesn't know of them yet. */
  get isBehind(): boolean {
    return this.#isChanged || this.#failures > 0;
  }

  /** To be called several times within the shortest lifetime. */
  tick(): void {
    if (this.#attempt !== undefined || !isPast(this.#retryAt, this.#nowMs()) || !this.#hasHeard()) return;
    if (!this.#isChanged && !this.#tokens.areDue) return;
    this.#attempt = this.#try().finally(() => {
      this.#attempt = undefined;
    });
  }

  /** Leaves the files where they are: the program goes on with them while the sidecar restarts. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#attempt;
  }

  async #try(): Promise<void> {
    this.#isChanged = false;
    try {
      await this.#write();
      await this.#tell();
      this.#failures = 0;
      this.#retryAt = NO_WAIT;
    } catch (error) {
      this.#isChanged = true;
      this.#fail(error);
    }
  }

  async #write(): Promise<void> {
    const svid = this.#svid();
    if (svid === undefined) return this.#remove();
    const tokens = await this.#tokens.fresh(svid.spiffeId);
    const set = fileSet({ svid, tokens, jwtBundle: this.#jwtBundle(svid.spiffeId) });
    const wanted = fingerprint(set);
    if (wanted === this.#written) return;
    await swapFileSet(this.#output, set);
    this.#written = wanted;
    this.#endsAtMs = endOf(svid);
    this.#done('written', svid.spiffeId);
  }

  /**
   * An identity that was taken away leaves no key behind. One that merely ended, because the issuer was
   * away for too long, does: its files are worth nothing any more, and their absence would be a second fault.
   */
  async #remove(): Promise<void> {
    this.#tokens.forget();
    if (this.#written === NOTHING || this.#nowMs() >= this.#endsAtMs) return;
    const wereThere = await removeFileSet(this.#output);
    if (this.#written === undefined && !wereThere) this.#told = NOTHING;
    this.#written = NOTHING;
    if (wereThere) this.#done('removed', this.#output.spiffeId);
  }

  async #tell(): Promise<void> {
    const { onChange, owner } = this.#output;
    if (this.#told === this.#written) return;
    if (onChange !== undefined) await tellProgram(onChange, owner ?? process.geteuid?.() ?? -1);
    this.#told = this.#written;
  }

  #done(outcome: OutputOutcome, spiffeId: string | undefined): void {
    const { name: output, directory } = this.#output;
    this.#context.logger.info({ output, directory, spiffeId }, `files ${outcome}`);
    this.#context.onOutcome?.(output, outcome);
  }

  #fail(error: unknown): void {
    const { random, logger, onOutcome } = this.#context;
    const { name: output, directory } = this.#output;
    this.#failures += 1;
    const delayMs = retryDelayMs(this.#failures, LIFETIME_MS_FOR_RETRIES, random.next());
    this.#retryAt = waitFrom(this.#nowMs(), delayMs);
    const reason = error instanceof DomainError ? error.code : 'file-output.failed';
    const context = { output, directory, reason, failures: this.#failures, err: error };
    logger.warn(context, 'files are not up to date');
    onOutcome?.(output, 'failed');
  }

  #hasHeard(): boolean {
    return (
      this.#snapshot !== undefined && (this.#output.tokens.length === 0 || this.#jwtBundles !== undefined)
    );
  }

  #svid(): X509SvidMessage | undefined {
    const wanted = this.#output.spiffeId;
    return this.#snapshot?.svids.find(({ spiffeId }) => wanted === undefined || spiffeId === wanted);
  }

  #jwtBundle(spiffeId: string): string | undefined {
    const trustDomainId = /^spiffe:\/\/[^/]+/.exec(spiffeId)?.[0] ?? '';
    return this.#jwtBundles?.get(trustDomainId);
  }

  #watchSvids(): () => void {
    return this.#context.x509.watch(selectorsOf(this.#output), {
      onSnapshot: (snapshot) => {
        this.#snapshot = snapshot;
        this.#isChanged = true;
      },
      onError: (error) => this.#logAway(error),
    });
  }

  #watchJwtBundles(): () => void {
    return this.#context.jwt.watchJwtBundles(selectorsOf(this.#output), {
      onBundles: (bundles) => {
        this.#jwtBundles = bundles;
        this.#isChanged = true;
      },
      onError: (error) => this.#logAway(error),
    });
  }

  /** The store goes on trying by itself, and tells us when it has something. */
  #logAway(error: unknown): void {
    this.#context.logger.warn({ output: this.#output.name, err: error }, 'no identity for the files yet');
  }

  #nowMs(): number {
    return this.#context.clock.now().getTime();
  }
}

function endOf(svid: X509SvidMessage): number {
  const [leaf] = splitCertificates(svid.x509Svid);
  return leaf === undefined ? 0 : new X509Certificate(leaf).validToDate.getTime();
}
