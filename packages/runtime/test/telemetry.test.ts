import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, startOtlpReceiver } from '@blastradius/testkit';
import { afterEach, expect, test } from 'vitest';

const SPANS = 6000;
const QUEUE_MAX = 2048;

/** Counts, makes more spans than fit in a queue, logs within one, and ends when stdin does. */
const script = `
import { trace } from '@opentelemetry/api';
import { counter, createLogger, startTelemetry } from ${JSON.stringify(
  fileURLToPath(new URL('../src/index.ts', import.meta.url)),
)};
const logger = createLogger('probe');
const works = counter('blastradius.probe.works', { description: 'Work.', unit: '{work}' });
works.add(1); // Before telemetry is there: not counted, and no harm done.
const telemetry = await startTelemetry({ name: 'probe', env: process.env, logger });
const tracer = trace.getTracer('probe');
for (let n = 0; n < ${SPANS}; n++) tracer.startSpan('work').end();
works.add(41);
works.add(1, { 'blastradius.arm': 'static-key' });
tracer.startActiveSpan('logged', (span) => {
  logger.info('inside');
  span.end();
});
logger.info({ recording: tracer.startSpan('work').isRecording() }, 'working');
if (process.env.ENDS_BY_ITSELF) await new Promise((resolve) => setTimeout(resolve, 50));
else {
  process.stdin.resume();
  process.stdin.on('end', async () => {
    const began = performance.now();
    await telemetry.shutdown();
    logger.info({ ms: performance.now() - began }, 'ended');
    process.exit(0);
  });
}
`;

let child: ChildProcess | undefined;
let receiver: OtlpReceiver | undefined;
let blackHole: Server | undefined;
afterEach(async () => {
  child?.kill('SIGKILL');
  await receiver?.close();
  blackHole?.close();
  child = receiver = blackHole = undefined;
});

interface Line {
  readonly msg: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

async function start(env: Record<string, string>) {
  const process_ = spawn(
    process.execPath,
    ['--conditions=@blastradius/source', '--input-type=module', '--eval', script],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { OTEL_TRACES_SAMPLER: 'always_on', OTEL_METRIC_EXPORT_INTERVAL: '300', ...env },
    },
  );
  child = process_;
  const exited = once(process_, 'exit');
  let text = '';
  process_.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const lines = (): Line[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const said = (message: string) => lines().filter(({ msg }) => msg.startsWith(message));
  await expect.poll(() => said('working').length, { timeout: 30_000 }).toBe(1);
  return {
    lines,
    said,
    exited,
    end: async () => {
      process_.stdin.end();
      expect(await exited).toEqual([0, null]);
      return Number(said('ended')[0]?.['ms']);
    },
  };
}

test('sends what was counted and traced, and writes the trace into the log', async () => {
  receiver = await startOtlpReceiver();
  const probe = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'named' });
  await probe.end();
  const logged = receiver.spans().find(({ name }) => name === 'logged');
  const inside = probe.said('inside')[0];
  // The queue was full when this span ended, or it was sent: the log has it in either case.
  expect(inside).toMatchObject({ trace_id: expect.any(String), span_id: expect.any(String) });
  if (logged) expect(inside).toMatchObject({ trace_id: logged.traceId, span_id: logged.spanId });
  const works = receiver.points().filter(({ name }) => name === 'blastradius.probe.works');
  expect(works.at(-1)).toMatchObject({ service: 'named', kind: 'sum', unit: '{work}' });
  const newest = new Map(works.map(({ attributes, value }) => [attributes['blastradius.arm'], value]));
  expect(newest).toEqual(
    new Map<unknown, number>([
      [undefined, 41],
      ['static-key', 1],
    ]),
  );
  expect(probe.lines().every(({ level }) => level === 'info')).toBe(true);
});

test('goes on where nobody listens, says so once, and once that it works again', async () => {
  const taken = await startOtlpReceiver();
  await taken.close();
  const probe = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: taken.url });
  await expect.poll(() => probe.said('telemetry can not').length, { timeout: 30_000 }).toBe(2);
  // Many an interval and several attempts later it is still two: one of each signal.
  await new Promise((resolve) => setTimeout(resolve, 7000));
  expect(probe.said('telemetry can not').map(({ signal }) => signal)).toHaveLength(2);
  receiver = await startOtlpReceiver(Number(new URL(taken.url).port));
  await expect
    .poll(() => probe.said('telemetry is delivered').map(({ signal }) => signal), { timeout: 30_000 })
    .toContain('metrics');
  await probe.end();
  expect(receiver.points().length).toBeGreaterThan(0);
  // What did not fit into the queue, and what was given up meanwhile, is gone: nothing piles up.
  expect(receiver.spans().length).toBeLessThanOrEqual(QUEUE_MAX);
}, 90_000);

test('ends in time though its collector takes everything and never answers', async () => {
  blackHole = createServer((socket) => socket.on('error', () => {}));
  blackHole.listen(0, '127.0.0.1');
  await once(blackHole, 'listening');
  const { port } = blackHole.address() as AddressInfo;
  const probe = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  expect(await probe.end()).toBeLessThan(1500);
});

test('without a collector nothing is recorded, and nothing keeps the process alive', async () => {
  const probe = await start({ ENDS_BY_ITSELF: '1' });
  expect(await probe.exited).toEqual([0, null]);
  expect(probe.said('working')[0]).toMatchObject({ recording: false });
  expect(probe.said('inside')[0]).not.toHaveProperty('trace_id');
});
