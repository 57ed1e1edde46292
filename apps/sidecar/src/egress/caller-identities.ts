import type { X509SvidMessage } from '@blastradius/spiffe';
import type { JwtIdentities, WorkloadIdentities, X509Snapshot } from '@blastradius/workload-api';
import { EgressIdentityRefused, EgressIdentityUnavailable } from './egress.errors.ts';
import { admitsCaller, type EgressRoute } from './egress-route.ts';
import { connectUpstream, type UpstreamConnections } from './upstream.ts';

interface HeldIdentity {
  svid: X509SvidMessage;
  readonly connections: Map<EgressRoute, UpstreamConnections>;
}

export interface IdentitySources {
  readonly x509: WorkloadIdentities;
  readonly jwt: JwtIdentities;
}

/** How long a request waits for the first answer about its caller's identities. */
const FIRST_ANSWER_MS = 10_000;

/**
 * What all callers with the same selectors may show, and the connections that show it. It follows the
 * store: an SVID that was rotated is shown by the next request, one that was withdrawn by none.
 */
export class CallerIdentities {
  readonly #selectors: readonly string[];
  readonly #jwt: JwtIdentities;
  readonly #stop: () => void;
  readonly #firstAnswer = Promise.withResolvers<void>();
  #snapshot: X509Snapshot | undefined;
  #byId: ReadonlyMap<string, HeldIdentity> = new Map();
  #failure: unknown;

  constructor(selectors: readonly string[], { x509, jwt }: IdentitySources) {
    this.#selectors = selectors;
    this.#jwt = jwt;
    this.#stop = x509.watch(selectors, {
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

  /**
   * The identity to be shown on a route: the one that is named, or the first that the route admits.
   * Throws for one that the callers aren't entitled to, or that the route is not for.
   */
  identityFor(route: EgressRoute, named: string | undefined): string {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || (snapshot.svids.length === 0 && this.#failure !== undefined)) {
      throw new EgressIdentityUnavailable('identities cannot be had', { cause: this.#failure });
    }
    const chosen = snapshot.svids.find(
      ({ spiffeId }) => (named === undefined || spiffeId === named) && admitsCaller(route, spiffeId),
    );
    if (chosen === undefined) {
      const context = { route: route.name, named };
      throw new EgressIdentityRefused('the caller has no such identity for this route', { context });
    }
    return chosen.spiffeId;
  }

  /** `spiffeId` as `identityFor` gave it in the same turn of the event loop, or the identity may be gone. */
  connections(route: EgressRoute, spiffeId: string): UpstreamConnections {
    const identity = this.#byId.get(spiffeId);
    const snapshot = this.#snapshot;
    if (identity === undefined || snapshot === undefined) {
      throw new EgressIdentityRefused('the identity was withdrawn', { context: { spiffeId } });
    }
    const known = identity.connections.get(route);
    if (known !== undefined) return known;
    const opened = connectUpstream(
      route,
      () => identity.svid,
      () => this.#snapshot ?? snapshot,
    );
    identity.connections.set(route, opened);
    return opened;
  }

  /** A JWT-SVID of the identity; whoever issues it sees to it that it is fresh. */
  async bearerToken(spiffeId: string, audience: readonly string[]): Promise<string> {
    const svids = await this.#jwt.fetchJwtSvids(this.#selectors, { audience, spiffeId });
    const svid = svids.find((one) => one.spiffeId === spiffeId);
    if (svid === undefined) {
      throw new EgressIdentityRefused('no JWT-SVID is issued for this identity', { context: { spiffeId } });
    }
    return svid.svid;
  }

  /** Lets what is under way end. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#byId.values()].map(closeAll));
  }

  #take(snapshot: X509Snapshot): void {
    const before = this.#byId;
    this.#byId = new Map(
      snapshot.svids.map((svid) => {
        const known = before.get(svid.spiffeId) ?? { svid, connections: new Map() };
        known.svid = svid;
        return [svid.spiffeId, known];
      }),
    );
    for (const [spiffeId, identity] of before) {
      if (!this.#byId.has(spiffeId)) void closeAll(identity);
    }
    this.#snapshot = snapshot;
    this.#failure = undefined;
    this.#firstAnswer.resolve();
  }
}

async function closeAll({ connections }: HeldIdentity): Promise<void> {
  await Promise.all([...connections.values()].map((opened) => opened.close()));
}
