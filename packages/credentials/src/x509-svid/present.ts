import type { KeyObject } from 'node:crypto';
import { certificatesToPem } from '@blastradius/spiffe';
import type { Dispatcher } from 'undici';
import type { Presenter } from '../presenter/presenter.ts';
import type { ServerTrust } from '../presenter/server-trust.ts';
import { type ConnectionLimits, ONE_AGENT, openTlsConnections } from '../presenter/tls-connections.ts';

/** An X509-SVID together with its private key; DER, leaf first. */
export interface HeldX509Svid {
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: KeyObject;
}

/**
 * Shows an X509-SVID in mutual TLS; `svid` is asked before each request for the current one. Where
 * several callers share the identity, `limits` gives them more than one connection.
 */
export function presentX509Svid(options: {
  readonly svid: () => HeldX509Svid;
  readonly trust: ServerTrust;
  readonly limits?: Partial<ConnectionLimits>;
}): Presenter {
  return new X509SvidPresenter(options.svid, options.trust, { ...ONE_AGENT, ...options.limits });
}

interface Shown {
  readonly connections: Dispatcher;
  readonly certificates: readonly Uint8Array[];
  readonly authorities: readonly Uint8Array[];
}

class X509SvidPresenter implements Presenter {
  readonly #svid: () => HeldX509Svid;
  readonly #trust: ServerTrust;
  readonly #limits: ConnectionLimits;
  readonly #draining = new Set<Promise<void>>();
  #shown: Shown | undefined;

  constructor(svid: () => HeldX509Svid, trust: ServerTrust, limits: ConnectionLimits) {
    this.#svid = svid;
    this.#trust = trust;
    this.#limits = limits;
  }

  headers() {
    return {};
  }

  dispatcher(): Dispatcher {
    const { certificates, privateKey } = this.#svid();
    const authorities = this.#trust.kind === 'spiffe' ? this.#trust.authorities() : [];
    const shown = this.#shown;
    if (shown && sameBytes(shown.certificates, certificates) && sameBytes(shown.authorities, authorities)) {
      return shown.connections;
    }
    const connections = openTlsConnections({
      trust: this.#trust,
      limits: this.#limits,
      ownCertificate: {
        cert: certificatesToPem(certificates),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      },
    });
    this.#drain();
    this.#shown = { connections, certificates, authorities };
    return connections;
  }

  async close(): Promise<void> {
    this.#drain();
    await Promise.all(this.#draining);
  }

  /** Requests under way on the old certificate end in peace; new ones don't reach it. */
  #drain(): void {
    if (!this.#shown) return;
    const drained = this.#shown.connections.close().finally(() => this.#draining.delete(drained));
    this.#draining.add(drained);
    this.#shown = undefined;
  }
}

function sameBytes(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((der, i) => der === other[i] || equal(der, other[i]));
}

const equal = (one: Uint8Array, other: Uint8Array | undefined) =>
  other !== undefined && Buffer.compare(one, other) === 0;
