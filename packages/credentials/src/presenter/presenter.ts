import type { Dispatcher } from 'undici';

/**
 * How a caller shows who it is. An honest agent and a thief present through the same code; what
 * differs is only what they put into it.
 */
export interface Presenter {
  /** For one request to `target`, its URL, by `method`. */
  headers(
    target: string,
    method: string,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /**
   * The connections to send the next request on. Ask again for each request, and send at once:
   * after a rotation the answer is another one, and the one before is only drained.
   */
  dispatcher(): Dispatcher;
  /** Lets running requests end, then closes every connection. */
  close(): Promise<void>;
}
