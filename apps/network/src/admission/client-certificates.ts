import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ClientCertificateRefused, type VerifyClientCertificate } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { credentialId } from '@blastradius/ledger';
import { peerChain } from '@blastradius/spiffe';
import { nothingShown, type RefusalReason, type ShownCredential } from './judgement.ts';

export type CertificateFinding =
  | { readonly refused: RefusalReason; readonly shown: ShownCredential }
  | { readonly refused: null; readonly shown: ShownCredential & { readonly spiffeId: string } };

interface Cached {
  readonly trustVersion: number;
  readonly notAfterMs: number;
  readonly finding: CertificateFinding;
}

export interface ClientCertificatesOptions {
  readonly verify: VerifyClientCertificate;
  readonly clock: Clock;
  /** Grows whenever the trusted authorities change; what was verified before is verified again. */
  readonly trustVersion: () => number;
}

/** What the clients' certificates prove. Verified once a connection, looked at in every request. */
export class ClientCertificates {
  readonly #options: ClientCertificatesOptions;
  readonly #cache = new WeakMap<Socket, Cached>();

  constructor(options: ClientCertificatesOptions) {
    this.#options = options;
  }

  on(socket: Socket): CertificateFinding {
    const trustVersion = this.#options.trustVersion();
    let cached = this.#cache.get(socket);
    if (cached?.trustVersion !== trustVersion) {
      cached = { trustVersion, ...this.#examine(socket) };
      this.#cache.set(socket, cached);
    }
    const { finding, notAfterMs } = cached;
    // A connection kept open outlives its certificate; the identity ends all the same.
    if (finding.refused === null && this.#options.clock.now().getTime() > notAfterMs) {
      return { refused: 'admission.expired-svid', shown: finding.shown };
    }
    return finding;
  }

  #examine(socket: Socket): Omit<Cached, 'trustVersion'> {
    const chainDer = peerChain(socket);
    const [leaf] = chainDer;
    if (!(socket instanceof TLSSocket) || leaf === undefined) {
      return { notAfterMs: 0, finding: { refused: 'admission.missing-credential', shown: nothingShown } };
    }
    const shown = {
      credentialId: credentialId(leaf),
      spiffeId: null,
      certificateSerial: new X509Certificate(leaf).serialNumber.toLowerCase(),
    };
    // A resumed session brings the certificate of an earlier handshake; nothing was proved in this one.
    const trustedByTls = socket.authorized && !socket.isSessionReused();
    try {
      const presented = { chainDer, trustedByTls };
      const { spiffeId, notAfter } = this.#options.verify(presented, this.#options.clock.now());
      const verified = { ...shown, spiffeId: spiffeId.toString() };
      return { notAfterMs: notAfter.getTime(), finding: { refused: null, shown: verified } };
    } catch (error) {
      const refused =
        error instanceof ClientCertificateRefused ? error.code : 'admission.untrusted-certificate';
      return { notAfterMs: 0, finding: { refused, shown } };
    }
  }
}
