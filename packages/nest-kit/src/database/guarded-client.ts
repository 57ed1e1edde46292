import pg from 'pg';

/**
 * A client whose connection may break at any moment. pg tells that by an `error` event, which ends the
 * process where nobody listens, and nobody does while a client is lent out and waits between two
 * statements. The next statement fails all the same, and the pool drops the client.
 */
export class GuardedClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}
