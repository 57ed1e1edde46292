import type { ClientRequestArgs } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { mtlsClientOptions } from './mtls-client.ts';
import type { MtlsOptions } from './mtls-options.ts';

type OnSocket = (error: Error | null, socket: Duplex) => void;

/** For `https.request`: each connection shows the newest SVID, and one that shows an older SVID is not used again. */
export class MtlsAgent extends Agent implements Disposable {
  readonly #mtls: MtlsOptions;
  readonly #unfollow: () => void;
  #current = new WeakSet<Duplex>();

  constructor(mtls: MtlsOptions, options: AgentOptions = {}) {
    // A resumed TLS session would show the certificate of the session's beginning, not today's.
    super({ keepAlive: true, ...options, maxCachedSessions: 0 });
    this.#mtls = mtls;
    this.#unfollow = mtls.source.onUpdate(() => this.#renew());
  }

  override createConnection(options: ClientRequestArgs, onSocket?: OnSocket): Duplex | null | undefined {
    try {
      const socket = super.createConnection({ ...options, ...mtlsClientOptions(this.#mtls) }, onSocket);
      if (socket) this.#current.add(socket);
      return socket;
    } catch (error) {
      // Without an identity: the request hears of it as of any other connection that fails.
      const failed = onSocket as ((error: unknown) => void) | undefined;
      failed?.(error);
      return undefined;
    }
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // Node returns whether the socket stays; its types say that nothing is returned.
    const keeps = super.keepSocketAlive(socket) as unknown;
    return this.#current.has(socket) && keeps !== false;
  }

  override destroy(): void {
    this.#unfollow();
    super.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #renew(): void {
    this.#current = new WeakSet();
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}
