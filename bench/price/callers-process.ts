import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../harness/statistics.ts';
import { AnsweringConnection } from './answering-connection.ts';
import type { Asked, CallerOrder, Route, Target } from './messages.ts';
import { type NextRequest, requestsOf } from './request-text.ts';

/** The load's own process: what it costs is not the server's, and is measured on its own. */
interface Caller {
  readonly connection: AnsweringConnection;
  readonly shown: Target['agents'][number];
}

/** Before anything is counted: caches fill, the compiler sees what is hot. */
const WARM_UP_SHARE = 0.2;
const TICK_MS = 1;
/** Answers to what was due at the end of an offered load are waited for so long. */
const PATIENCE_MS = 10_000;

let port = 0;
let callers: Caller[] = [];
let failed: Record<string, number> = {};

process.on('message', (order: CallerOrder) => {
  obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({});

async function obey(order: CallerOrder): Promise<Asked | null> {
  switch (order.order) {
    case 'connect':
      await connectAll(order.target);
      return null;
    case 'disconnect':
      for (const { connection } of callers) connection.close();
      callers = [];
      return null;
    case 'saturate':
      return await saturate(order.route, order.seconds);
    case 'offer':
      return await offer(order.route, order);
  }
}

async function connectAll(target: Target): Promise<void> {
  port = target.port;
  callers = [];
  for (const shown of target.agents) {
    const connection = await AnsweringConnection.open(target, shown, (error) => count(error.message));
    callers.push({ connection, shown });
  }
}

function count(cause: string): void {
  failed[cause] = (failed[cause] ?? 0) + 1;
}

const isGood = (status: number) => status >= 200 && status < 300;

interface Clock {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A part of the time goes by before anything is counted. */
function clockOf(seconds: number): Clock & { readonly startMs: number } {
  failed = {};
  const startMs = performance.now();
  const fromMs = startMs + seconds * WARM_UP_SHARE * 1000;
  return { startMs, fromMs, toMs: fromMs + seconds * 1000 };
}

/** The generator's processor time within the span. */
async function coresUsed({ fromMs, toMs }: Clock): Promise<number> {
  await pause(Math.max(0, fromMs - performance.now()));
  const [before, at] = [process.cpuUsage(), performance.now()];
  await pause(Math.max(0, toMs - performance.now()));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - at);
}

async function saturate(route: Route, seconds: number): Promise<Asked> {
  const clock = clockOf(seconds);
  let answers = 0;
  const ended = callers.map(({ connection, shown }) => {
    const next = requestsOf(shown, route, port);
    const { promise, resolve } = Promise.withResolvers<void>();
    const ask = () =>
      connection.send(next(), (status) => {
        const nowMs = performance.now();
        if (!isGood(status)) count(String(status));
        else if (nowMs >= clock.fromMs && nowMs < clock.toMs) answers += 1;
        if (nowMs < clock.toMs) ask();
        else resolve();
      });
    ask();
    return promise;
  });
  const generatorCores = await coresUsed(clock);
  await Promise.race([Promise.all(ended), pause(PATIENCE_MS)]);
  return { seconds, answers, failed, generatorCores, latenciesMs: [], lateMs: 0 };
}

/**
 * Requests are due at their instants. One that finds no connection free waits for it, and its latency counts
 * from the instant at which it was due, so that a server that halts for a while is not spared its queue.
 */
async function offer(
  route: Route,
  { seconds, ratePerSecond }: { readonly seconds: number; readonly ratePerSecond: number },
): Promise<Asked> {
  const clock = clockOf(seconds);
  const free: { connection: AnsweringConnection; next: NextRequest }[] = callers.map(
    ({ connection, shown }) => ({ connection, next: requestsOf(shown, route, port) }),
  );
  const gapMs = 1000 / ratePerSecond;
  const waiting: number[] = [];
  const latenciesMs: number[] = [];
  const lateness: number[] = [];
  let underWay = 0;
  let nextMs = clock.startMs;
  const ask = (caller: (typeof free)[number], dueMs: number) => {
    underWay += 1;
    caller.connection.send(caller.next(), (status) => {
      underWay -= 1;
      if (!isGood(status)) count(String(status));
      else if (dueMs >= clock.fromMs && dueMs < clock.toMs) latenciesMs.push(performance.now() - dueMs);
      const waited = waiting.shift();
      if (waited === undefined) free.push(caller);
      else ask(caller, waited);
    });
  };
  const tick = () => {
    for (const nowMs = performance.now(); nextMs <= nowMs && nextMs < clock.toMs; nextMs += gapMs) {
      lateness.push(nowMs - nextMs);
      const caller = free.shift();
      if (caller === undefined) waiting.push(nextMs);
      else ask(caller, nextMs);
    }
  };
  const timer = setInterval(tick, TICK_MS);
  const generatorCores = await coresUsed(clock);
  clearInterval(timer);
  tick();
  const patientUntilMs = performance.now() + PATIENCE_MS;
  while (underWay + waiting.length > 0 && performance.now() < patientUntilMs) await pause(5);
  // What was due and got no answer must not be missing from the slowest.
  if (underWay + waiting.length > 0) failed['no answer'] = underWay + waiting.length;
  const lateMs = percentile(lateness, 0.99);
  return { seconds, answers: latenciesMs.length, failed, generatorCores, latenciesMs, lateMs };
}
