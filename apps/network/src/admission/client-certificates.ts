import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ClientCertificateRefused, type VerifyClientCertificate } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { credentialId } from '@blastradius/ledger';
import { peerChain } from '@blastradius/spiffe';
import type { ShownSvid } from '../revocation/deny-list.ts';
import type { IdentityFinding } from './identity-admission.ts';
import { nothingShown } from './judgement.ts';

interface Cached {
  /** Null where nothing was proved. */
  readonly svid: ShownSvid | null;
  readonly trustVersion: number;
  readonly notAfterMs: number;
  readonly finding: IdentityFinding;
}

export interface ClientCertificatesOptions {
  readonly verify: VerifyClientCertificate;
  readonly clock: Clock;
  /** Grows whenever the trusted authorities change; what was verified before is verified again. */
  readonly trustVersion: () => number;
  /** What the operator has revoked, where anything is. */
  readonly isRevoked?: (svid: ShownSvid) => boolean;
}

/** What the clients' certificates prove. Verified once a connection, looked at in every request. */
export class ClientCertificates {
  readonly #options: ClientCertificatesOptions;
  readonly #cache = new WeakMap<Socket, Cached>();

  constructor(options: ClientCertificatesOptions) {
    this.#options = options;
  }

  on(socket: Socket): IdentityFinding {
    const { finding, notAfterMs, svid } = this.#examined(socket);
    if (svid !== null && this.#options.isRevoked?.(svid)) {
      return { refused: 'admission.revoked-svid', shown: finding.shown };
    }
    // A connection kept open outlives its certificate; the identity ends all the same.
    if (finding.refused === null && this.#options.clock.now().getTime() > notAfterMs) {
      return { refused: 'admission.expired-svid', shown: finding.shown };
    }
    return finding;
  }

  /** The SVID that was proved on the connection. */
  svidOn(socket: Socket): ShownSvid | null {
    return this.#examined(socket).svid;
  }

  #examined(socket: Socket): Cached {
    const trustVersion = this.#options.trustVersion();
    const cached = this.#cache.get(socket);
    if (cached?.trustVersion === trustVersion) return cached;
    const examined = { trustVersion, ...this.#examine(socket) };
    this.#cache.set(socket, examined);
    return examined;
  }

  #examine(socket: Socket): Omit<Cached, 'trustVersion'> {
    const chainDer = peerChain(socket);
    const [leaf] = chainDer;
    if (!(socket instanceof TLSSocket) || leaf === undefined) {
      const finding: IdentityFinding = { refused: 'admission.missing-credential', shown: nothingShown };
      return { notAfterMs: 0, svid: null, finding };
    }
    const certificate = new X509Certificate(leaf);
    const serial = certificate.serialNumber.toLowerCase();
    const shown = { credentialId: credentialId(leaf), spiffeId: null, certificateSerial: serial };
    // A resumed session brings the certificate of an earlier handshake; nothing was proved in this one.
    const trustedByTls = socket.authorized && !socket.isSessionReused();
    try {
      const presented = { chainDer, trustedByTls };
      const { spiffeId, notAfter } = this.#options.verify(presented, this.#options.clock.now());
      const verified = { ...shown, spiffeId: spiffeId.toString() };
      const svid = { spiffeId: verified.spiffeId, serial, notBeforeMs: certificate.validFromDate.getTime() };
      return { notAfterMs: notAfter.getTime(), svid, finding: { refused: null, shown: verified } };
    } catch (error) {
      const refused =
        error instanceof ClientCertificateRefused ? error.code : 'admission.untrusted-certificate';
      return { notAfterMs: 0, svid: null, finding: { refused, shown } };
    }
  }
}
