import { NewestOnly } from '../newest-only.ts';
import { assertStill } from '../snapshot-stream.ts';
import { NoIdentityIssued } from '../workload-api.errors.ts';
import type { WorkloadIdentities, X509Snapshot } from '../workload-identities.ts';
import { secretCatalogue } from './secret-catalogue.ts';
import type { SecretSubscription, TakenRequest } from './secret-subscription.ts';
import { takesSpiffeValidator } from './validator-preference.ts';

export interface SecretStreamOptions<Request, Response> {
  readonly subscription: SecretSubscription<Request, Response>;
  readonly source: WorkloadIdentities;
  /** The caller's selectors, found out anew at each call. */
  readonly attest: () => Promise<readonly string[]>;
  /** Settles when the message has left for the reader. */
  readonly send: (response: Response) => Promise<void>;
  /** Hears of what the client did not apply, or said too late. */
  readonly onTaken: (taken: TakenRequest) => void;
  /** Ends the stream: the caller hung up, or the server closes. */
  readonly signal: AbortSignal;
}

/**
 * One stream of secrets: what the client says and what the store says come in at any time, and are
 * worked off one after the other. The caller is attested at first and before each further response.
 */
export class SecretStream<Request, Response> {
  readonly #options: SecretStreamOptions<Request, Response>;
  readonly #turns: NewestOnly<undefined>;
  readonly #ended = Promise.withResolvers<void>();
  #requests: Request[] = [];
  #snapshot: X509Snapshot | undefined;
  #selectors: readonly string[] = [];
  #hasSent = false;

  constructor(options: SecretStreamOptions<Request, Response>) {
    this.#options = options;
    // A request may be refused while the caller is still being attested, when nobody listens yet.
    this.#ended.promise.catch(() => {});
    this.#turns = new NewestOnly(() => this.#turn(), this.#ended.reject);
  }

  /** How many requests wait: a client that sends without reading is to be read from no more. */
  get waiting(): number {
    return this.#requests.length;
  }

  take(request: Request): void {
    this.#requests.push(request);
    this.#turns.offer(undefined);
  }

  /** Returns when the signal says so; throws when the caller may have nothing, or not what it asks for. */
  async run(): Promise<void> {
    const { attest, source, signal } = this.#options;
    this.#selectors = await attest();
    if (signal.aborted) return;
    const stop = source.watch(this.#selectors, {
      onSnapshot: (snapshot) => {
        this.#snapshot = snapshot;
        this.#turns.offer(undefined);
      },
      onError: this.#ended.reject,
    });
    signal.addEventListener('abort', () => this.#ended.resolve(), { once: true });
    try {
      await this.#ended.promise;
    } finally {
      stop();
      this.#turns.stop();
    }
  }

  async #turn(): Promise<void> {
    const { subscription, onTaken } = this.#options;
    for (const request of this.#requests.splice(0)) onTaken(subscription.take(request));
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return;
    if (snapshot.svids.length === 0) {
      await this.#send(subscription.withdraw());
      throw new NoIdentityIssued('no identity issued');
    }
    const catalogue = secretCatalogue(snapshot, takesSpiffeValidator(subscription.node));
    await this.#send(subscription.answer(catalogue));
  }

  async #send(response: Response | undefined): Promise<void> {
    if (response === undefined) return;
    if (this.#hasSent) await assertStill(this.#selectors, this.#options.attest);
    if (this.#options.signal.aborted) return;
    this.#hasSent = true;
    await this.#options.send(response);
  }
}
