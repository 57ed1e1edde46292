import type { KeyObject } from 'node:crypto';
import { certificatesToPem } from '@blastradius/spiffe';
import type { Dispatcher } from 'undici';
import type { ServerTrust } from './server-trust.ts';
import { type ConnectionLimits, ONE_AGENT, openTlsConnections } from './tls-connections.ts';

/** An X509-SVID together with its private key; DER, leaf first. */
export interface HeldX509Svid {
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: KeyObject;
}

interface Shown {
  readonly connections: Dispatcher;
  readonly certificates: readonly Uint8Array[];
  readonly authorities: readonly Uint8Array[];
}

/**
 * Connections that keep up with what is shown on them and with whom they trust: where either has
 * changed, the next request gets new ones, and the old ones are drained.
 */
export class FollowingConnections {
  readonly #trust: ServerTrust;
  readonly #limits: ConnectionLimits;
  readonly #draining = new Set<Promise<void>>();
  #shown: Shown | undefined;

  constructor(trust: ServerTrust, limits: Partial<ConnectionLimits> = {}) {
    this.#trust = trust;
    this.#limits = { ...ONE_AGENT, ...limits };
  }

  /** No certificate of ours is shown where `svid` is left out. */
  showing(svid?: HeldX509Svid): Dispatcher {
    const certificates = svid?.certificates ?? [];
    const authorities = 'authorities' in this.#trust ? this.#trust.authorities() : [];
    const shown = this.#shown;
    if (shown && sameBytes(shown.certificates, certificates) && sameBytes(shown.authorities, authorities)) {
      return shown.connections;
    }
    const connections = openTlsConnections({
      trust: this.#trust,
      limits: this.#limits,
      ownCertificate: svid === undefined ? {} : ownCertificateOf(svid),
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

function ownCertificateOf({ certificates, privateKey }: HeldX509Svid) {
  return {
    cert: certificatesToPem(certificates),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

function sameBytes(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((der, i) => der === other[i] || equal(der, other[i]));
}

const equal = (one: Uint8Array, other: Uint8Array | undefined) =>
  other !== undefined && Buffer.compare(one, other) === 0;
