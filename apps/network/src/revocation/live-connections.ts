import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { DenyList, ShownSvid } from './deny-list.ts';

/** The connections that stand, so that those of the revoked can be ended. */
export class LiveConnections {
  readonly #shownOn: (socket: TLSSocket) => ShownSvid | null;
  /** With how many requests are under way on each. */
  readonly #open = new Map<TLSSocket, number>();
  readonly #ending = new WeakSet<TLSSocket>();

  constructor(shownOn: (socket: TLSSocket) => ShownSvid | null) {
    this.#shownOn = shownOn;
  }

  follow(server: Server): void {
    server.on('secureConnection', (socket) => {
      this.#open.set(socket, 0);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', ({ socket }, answer) => {
      const open = this.#open.get(socket as TLSSocket);
      if (open === undefined) return;
      this.#open.set(socket as TLSSocket, open + 1);
      answer.once('close', () => this.#answered(socket as TLSSocket));
    });
  }

  /**
   * Ends them now; what was let in before the revocation is still answered, as it was decided, and the
   * connection ends with it. Nothing that comes later on any of them is let in.
   */
  closeRevoked(list: DenyList): number {
    const revoked = [...this.#open].filter(([socket]) => {
      const shown = this.#shownOn(socket);
      return shown !== null && list.isRevoked(shown);
    });
    for (const [socket, requests] of revoked) {
      if (requests === 0) socket.destroy();
      else this.#ending.add(socket);
    }
    return revoked.length;
  }

  #answered(socket: TLSSocket): void {
    const left = (this.#open.get(socket) ?? 1) - 1;
    if (this.#open.has(socket)) this.#open.set(socket, left);
    if (left === 0 && this.#ending.has(socket)) socket.end();
  }
}
