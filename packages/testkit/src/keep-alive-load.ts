import { buildConnector, Client, type Dispatcher } from 'undici';

export interface KeepAliveLoadOptions {
  /** `https://127.0.0.1:4711` */
  readonly origin: string;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Each sends its next request as soon as the one before is answered. */
  readonly connections: number;
  request(n: number): Omit<Dispatcher.RequestOptions, 'origin'>;
}

export interface KeepAliveResult {
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Answers that ended their connection by `connection: close`. */
  readonly lastAnswers: number;
  /** Connections that could not be made any more; nothing was sent over them. */
  readonly refused: number;
  /** Requests that were sent and never answered. */
  readonly broken: readonly string[];
}

/**
 * Steady load over connections that are kept alive, until no new one can be made: what a server does
 * to its callers when it stops.
 */
export async function keepAliveLoad(options: KeepAliveLoadOptions): Promise<KeepAliveResult> {
  const { origin, tls, connections } = options;
  const statuses: Record<number, number> = {};
  const broken: string[] = [];
  let lastAnswers = 0;
  let refused = 0;
  const work = async (first: number) => {
    const connector = noticingConnector(tls);
    const client = new Client(origin, { connect: connector.connect, pipelining: 1 });
    for (let n = first; ; n += connections) {
      try {
        const { statusCode, headers, body } = await client.request(options.request(n));
        await body.dump();
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
        if (headers['connection'] === 'close') lastAnswers += 1;
      } catch (error) {
        if (connector.hasFailed()) refused += 1;
        else broken.push(String(error));
        await client.destroy();
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, first) => work(first)));
  return { statuses, lastAnswers, refused, broken };
}

/** Tells a connection that was never made, over which no request can have been sent, from one that broke. */
function noticingConnector(tls: KeepAliveLoadOptions['tls']) {
  const connectOver = buildConnector(tls);
  let failed = false;
  const connect: buildConnector.connector = (options, callback) =>
    connectOver(options, (...[error, socket]) => {
      failed = error !== null;
      if (error === null) callback(null, socket);
      else callback(error, null);
    });
  return { connect, hasFailed: () => failed };
}
