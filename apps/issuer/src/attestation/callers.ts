import type { IncomingMessage } from 'node:http';
import { type Clock, DomainError } from '@blastradius/kernel';
import { peerChain, verifyX509Svid } from '@blastradius/spiffe';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Authorities } from '../authority/authorities.ts';
import { CallerUnauthenticated } from './attestation.errors.ts';

/** A sidecar that has proved who it is. */
export interface Caller {
  readonly spiffeId: string;
  /** The last segment of its SPIFFE ID, `.../sidecar/<node>`: which node it was admitted as. */
  readonly node: string;
  readonly serial: string;
}

/**
 * Who makes a request. TLS has proved that the caller holds its certificate's key; whether the
 * certificate is a sidecar's valid SVID is judged at each request, because a connection may
 * outlive the certificate and the authorities it was opened with.
 */
export class Callers {
  readonly #authorities: Authorities;
  readonly #ledger: IssuerLedger;
  readonly #clock: Clock;
  readonly #sidecarPrefix: string;
  readonly #known = new WeakMap<IncomingMessage, Caller>();

  constructor(authorities: Authorities, ledger: IssuerLedger, clock: Clock, trustDomain: string) {
    this.#authorities = authorities;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#sidecarPrefix = `spiffe://${trustDomain}/sidecar/`;
  }

  /** Throws `CallerUnauthenticated`, whatever is wrong. */
  async authenticate(request: IncomingMessage): Promise<void> {
    try {
      const { bundles } = await this.#authorities.state();
      const svid = verifyX509Svid(shownBy(request), bundles, this.#clock.now());
      const spiffeId = svid.spiffeId.toString();
      if (!spiffeId.startsWith(this.#sidecarPrefix)) throw new CallerUnauthenticated('caller.not-a-sidecar');
      const node = spiffeId.slice(this.#sidecarPrefix.length);
      this.#known.set(request, { spiffeId, node, serial: svid.serial });
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** The caller of a request that was authenticated. */
  of(request: IncomingMessage): Caller {
    const caller = this.#known.get(request);
    if (caller === undefined) throw new CallerUnauthenticated('caller.not-authenticated');
    return caller;
  }

  #refused(error: unknown): unknown {
    if (!(error instanceof DomainError) || error.category !== 'unauthenticated') return error;
    const reason = error instanceof CallerUnauthenticated ? error.reason : error.code;
    this.#ledger.record({ event: 'svid-refused', reason });
    return error instanceof CallerUnauthenticated ? error : new CallerUnauthenticated(reason, error);
  }
}

function shownBy({ socket }: IncomingMessage): readonly Uint8Array[] {
  const chain = peerChain(socket);
  if (chain.length === 0) throw new CallerUnauthenticated('caller.no-certificate');
  return chain;
}
