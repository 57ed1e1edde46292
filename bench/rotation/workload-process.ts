import { createRandom } from '../../packages/kernel/src/index.ts';
import { createX509Source, type X509Source } from '../../packages/spiffe/src/index.ts';
import { HeldIdentities } from './held-identities.ts';
import { HonestRequests } from './honest-requests.ts';
import type { Order, WorkloadReport } from './messages.ts';

/**
 * A process that carries agents: one stream to each sidecar, an mTLS request now and then by one of its
 * identities, and a record of what it held when. Its arguments: a seed, the verifier's
 * SPIFFE ID, and the sidecars' sockets.
 */
const [, , seed = '', verifierId = '', ...sockets] = process.argv;
const random = createRandom(seed);
const held = new HeldIdentities();
const streamErrors: Record<string, number> = {};
let requests: HonestRequests | undefined;

const sources = await Promise.all(sockets.map(open));
process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());
answer({ held: held.size });

async function open(socketPath: string): Promise<X509Source> {
  const source = await createX509Source({
    socketPath,
    timeoutMs: 300_000,
    onError: ({ code }) => {
      streamErrors[code] = (streamErrors[code] ?? 0) + 1;
    },
  });
  held.take(source.svids(), Date.now());
  source.onUpdate(() => held.take(source.svids(), Date.now()));
  return source;
}

async function obey(order: Order): Promise<void> {
  if (order.order === 'send') {
    const { url, ratePerSecond } = order;
    requests = new HonestRequests({ url, ratePerSecond, verifierId, sources, random: random.next });
    requests.start();
    return answer({});
  }
  if (order.order === 'mark') {
    held.mark();
    requests?.forget();
    return answer({});
  }
  if (order.order === 'progress') return answer({ held: held.size, replaced: held.replacedAtMs.length });
  requests?.stop();
  await requests?.untilNoneUnderWay();
  answer(report());
}

function report(): WorkloadReport {
  return {
    held: held.size,
    replacedAtMs: held.replacedAtMs,
    before: held.before(),
    after: held.after(),
    sameSerial: held.sameSerial(),
    updates: held.updates,
    requests: requests?.counts() ?? { sent: 0, accepted: 0, failed: {}, dropped: 0, latenciesMs: [] },
    streamErrors,
  };
}

function answer(message: object): void {
  process.send?.(message);
}
