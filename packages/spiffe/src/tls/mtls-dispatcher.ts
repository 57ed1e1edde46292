import { Agent, Dispatcher } from 'undici';
import { mtlsClientOptions } from './mtls-client.ts';
import type { MtlsOptions } from './mtls-options.ts';
import { PlaintextRefused } from './tls.errors.ts';

export type ConnectionPoolOptions = Omit<Agent.Options, 'connect' | 'factory' | 'maxCachedSessions'>;

/**
 * For undici: requests go over connections that show the newest SVID. After a rotation those that are under
 * way end in peace on their old connection. Refuses whatever is not `https:`.
 */
export class MtlsDispatcher extends Dispatcher {
  readonly #mtls: MtlsOptions;
  readonly #options: ConnectionPoolOptions;
  readonly #unfollow: () => void;
  readonly #draining = new Set<Promise<void>>();
  #current: Agent | undefined;

  constructor(mtls: MtlsOptions, options: ConnectionPoolOptions = {}) {
    super();
    this.#mtls = mtls;
    this.#options = options;
    this.#unfollow = mtls.source.onUpdate(() => this.#drain());
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin ?? '');
    if (!origin.startsWith('https:')) {
      throw new PlaintextRefused('only https: is identified at both ends', { context: { origin } });
    }
    this.#current ??= this.#open();
    return this.#current.dispatch(options, handler);
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    this.#unfollow();
    this.#drain();
    const closed = Promise.all(this.#draining).then(() => callback?.());
    if (callback === undefined) return closed;
  }

  #open(): Agent {
    return new Agent({
      ...this.#options,
      // A resumed TLS session would show the certificate of the session's beginning, not today's.
      maxCachedSessions: 0,
      connect: { ...mtlsClientOptions(this.#mtls), maxCachedSessions: 0 },
    });
  }

  #drain(): void {
    if (this.#current === undefined) return;
    const drained = this.#current.close().finally(() => this.#draining.delete(drained));
    this.#draining.add(drained);
    this.#current = undefined;
  }
}
