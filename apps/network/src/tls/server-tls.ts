import { constants } from 'node:crypto';
import type { Server, ServerOptions } from 'node:https';

/** Who the server is, and whom it trusts, on the network's port. */
export interface ServerTls {
  readonly options: ServerOptions;
  /** The certificate that callers have to trust, where the server made its own. */
  readonly certificatePem: string | null;
  /** Keeps certificate and authorities of the running server fresh. */
  follow(server: Server): void;
  /** Grows whenever the authorities may have changed. */
  trustVersion(): number;
  certificateEnds(): Date;
  close(): void;
}

/** The same in all arms, so that nothing but the credential differs. */
export const sharedTlsOptions: ServerOptions = {
  minVersion: 'TLSv1.3',
  // A resumed session would carry what an earlier handshake has verified: each connection proves anew.
  secureOptions: constants.SSL_OP_NO_TICKET,
};
