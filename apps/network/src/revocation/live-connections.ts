import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { DenyList, ShownSvid } from './deny-list.ts';

/** The connections that stand, so that those of the revoked can be ended. */
export class LiveConnections {
  readonly #shownOn: (socket: TLSSocket) => ShownSvid | null;
  readonly #open = new Set<TLSSocket>();

  constructor(shownOn: (socket: TLSSocket) => ShownSvid | null) {
    this.#shownOn = shownOn;
  }

  follow(server: Server): void {
    server.on('secureConnection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** A request that is under way on one of them gets no answer: it came from a thief, or may have. */
  closeRevoked(list: DenyList): number {
    const revoked = [...this.#open].filter((socket) => {
      const shown = this.#shownOn(socket);
      return shown !== null && list.isRevoked(shown);
    });
    for (const socket of revoked) socket.destroy();
    return revoked.length;
  }
}
