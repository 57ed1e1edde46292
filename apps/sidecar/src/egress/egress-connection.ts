import type { Socket } from 'node:net';
import type { TcpPeerAttestation } from '@blastradius/workload-api';
import type { CallerIdentities } from './caller-identities.ts';
import { EgressIdentityRefused } from './egress.errors.ts';
import type { IdentitiesLease, SharedIdentities } from './shared-identities.ts';

/**
 * One connection of a caller: attested when it is opened, for as long as it lasts. Attestation that
 * failed is tried again by the next request, since a caller that is just starting a child is two
 * processes for an instant.
 */
export class EgressConnection {
  readonly #socket: Socket;
  readonly #attestation: TcpPeerAttestation;
  readonly #shared: SharedIdentities;
  #lease: IdentitiesLease | undefined;
  #known: CallerIdentities | undefined;
  #attesting: Promise<CallerIdentities> | undefined;

  constructor(socket: Socket, attestation: TcpPeerAttestation, shared: SharedIdentities) {
    this.#socket = socket;
    this.#attestation = attestation;
    this.#shared = shared;
    socket.once('close', () => this.#lease?.release());
    // Begun before anything is read; it is the requests that hear of a failure.
    this.identities().catch(() => {});
  }

  /** Set once the caller is attested: its requests wait for nothing. */
  get known(): CallerIdentities | undefined {
    return this.#known;
  }

  /** Rejects where the caller can't be told. */
  identities(): Promise<CallerIdentities> {
    this.#attesting ??= this.#attest().catch((error: unknown) => {
      this.#attesting = undefined;
      throw error;
    });
    return this.#attesting;
  }

  async #attest(): Promise<CallerIdentities> {
    const { selectors } = await this.#attestation.attest(this.#socket);
    // Its end has been announced already, so nothing would give the lease back.
    if (this.#socket.destroyed) throw new EgressIdentityRefused('the connection has ended');
    this.#lease = this.#shared.lease(selectors);
    const { identities } = this.#lease;
    await identities.answered();
    this.#known = identities;
    return identities;
  }
}
