import type { Presenter } from '@blastradius/credentials';
import type { X509SvidMessage } from '@blastradius/spiffe';
import type { WorkloadIdentities, X509Snapshot } from '@blastradius/workload-api';
import { EgressIdentityRefused, EgressIdentityUnavailable } from './egress.errors.ts';
import { presentTo, type Upstream } from './upstream.ts';

interface ShownIdentity {
  svid: X509SvidMessage;
  presenter: Presenter | undefined;
}

/** How long a request waits for the first answer about its caller's identities. */
const FIRST_ANSWER_MS = 10_000;

/**
 * What all callers with the same selectors may show, and the connections that show it. It follows the
 * store: an SVID that was rotated is shown by the next request, one that was withdrawn by none.
 */
export class CallerIdentities {
  readonly #upstream: Upstream;
  readonly #stop: () => void;
  readonly #firstAnswer = Promise.withResolvers<void>();
  #snapshot: X509Snapshot | undefined;
  #byId: ReadonlyMap<string, ShownIdentity> = new Map();
  #failure: unknown;

  constructor(selectors: readonly string[], source: WorkloadIdentities, upstream: Upstream) {
    this.#upstream = upstream;
    this.#stop = source.watch(selectors, {
      onSnapshot: (snapshot) => this.#take(snapshot),
      onError: (error) => {
        this.#failure = error;
        this.#firstAnswer.resolve();
      },
    });
  }

  /** Resolves once it is known whether there are identities. */
  async answered(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FIRST_ANSWER_MS);
    await Promise.race([this.#firstAnswer.promise, promise]);
    clearTimeout(timer);
  }

  /** The default identity where none is named. Throws for one that the callers aren't entitled to. */
  presenter(spiffeId: string | undefined): Presenter {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || (snapshot.svids.length === 0 && this.#failure !== undefined)) {
      throw new EgressIdentityUnavailable('identities cannot be had', { cause: this.#failure });
    }
    const wanted = spiffeId ?? snapshot.svids[0]?.spiffeId;
    const shown = wanted === undefined ? undefined : this.#byId.get(wanted);
    if (shown === undefined) throw new EgressIdentityRefused('the caller is not entitled to this identity');
    shown.presenter ??= presentTo(
      this.#upstream,
      () => shown.svid,
      () => this.#snapshot ?? snapshot,
    );
    return shown.presenter;
  }

  /** Lets what is under way end. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#byId.values()].map(({ presenter }) => presenter?.close()));
  }

  #take(snapshot: X509Snapshot): void {
    const before = this.#byId;
    this.#byId = new Map(
      snapshot.svids.map((svid) => {
        const known = before.get(svid.spiffeId) ?? { svid, presenter: undefined };
        known.svid = svid;
        return [svid.spiffeId, known];
      }),
    );
    for (const [spiffeId, { presenter }] of before) {
      if (!this.#byId.has(spiffeId)) void presenter?.close();
    }
    this.#snapshot = snapshot;
    this.#failure = undefined;
    this.#firstAnswer.resolve();
  }
}
