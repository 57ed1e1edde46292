import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type JobQueue, type JobQueueOptions, openQueue } from '../src/jobs/open-queue.ts';
import { type JobWorkerOptions, openWorker } from '../src/jobs/open-worker.ts';
import { startWorkerProcess } from './start-worker-process.ts';

/** Where the jobs of a suite are kept; it can be killed and started again on the same data. */
export interface JobServer {
  readonly url: string;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

interface Job {
  readonly job: string;
}

/** What queue and worker promise, whatever the backend. */
export function describeJobs(startServer: () => Promise<JobServer>): void {
  let server: JobServer;
  let opened: { onApplicationShutdown(): Promise<void> }[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));

  beforeAll(async () => {
    server = await startServer();
  });
  afterEach(async () => {
    // Workers first: they were opened last.
    for (const one of opened.reverse()) await one.onApplicationShutdown();
    opened = [];
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const options = (name: string): JobQueueOptions => ({
    url: server.url,
    name,
    logger: pino({ level: 'silent' }),
  });
  const queueOf = async (name: string, more: Partial<JobQueueOptions> = {}): Promise<JobQueue<Job>> => {
    const queue = await openQueue<Job>({ ...options(name), ...more });
    opened.push(queue);
    return queue;
  };
  /** A worker that notes what it did; `handle` may fail the job. */
  const workerOf = async (
    name: string,
    { handle, ...more }: Partial<JobWorkerOptions<Job>> = {},
  ): Promise<{ done: string[]; close(): Promise<void> }> => {
    const done: string[] = [];
    const worker = await openWorker<Job>({
      ...options(name),
      lockMs: 1000,
      ...more,
      handle: async (payload) => {
        await handle?.(payload);
        done.push(payload.job);
      },
    });
    opened.push(worker);
    return { done, close: () => worker.onApplicationShutdown() };
  };
  const queueName = () => `test-${randomUUID()}`;

  test('each job that was added is done once, by one of several workers, and the queue drains', async () => {
    const name = queueName();
    const queue = await queueOf(name);
    const workers = [await workerOf(name, { concurrency: 5 }), await workerOf(name, { concurrency: 5 })];
    const jobs = Array.from({ length: 200 }, (_, n) => `job${n}`);
    await Promise.all(jobs.map((job) => queue.add({ job })));
    const done = () => workers.flatMap((worker) => worker.done);
    await expect.poll(() => done().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(200);
    await delay(300);
    expect(done().sort()).toEqual(jobs.sort());
  });

  test('the same id is queued once, as long as it is known', async () => {
    const name = queueName();
    const queue = await queueOf(name);
    for (const job of ['first', 'again', 'and again']) await queue.add({ job }, { id: 'one' });
    const { done } = await workerOf(name);
    await expect.poll(() => done.length).toBe(1);
    await queue.add({ job: 'after it was done' }, { id: 'one' });
    await delay(300);
    expect(done).toEqual(['first']);
  });

  test('a job that fails is tried again after its pause, as often as was asked for, and no more', async () => {
    const name = queueName();
    const queue = await queueOf(name);
    const triedAt: number[] = [];
    const handle = async () => {
      triedAt.push(performance.now());
      throw new Error('this job always fails');
    };
    const { done } = await workerOf(name, { handle });
    await queue.add({ job: 'doomed' }, { attempts: 3, backoffMs: 400 });
    await expect.poll(() => triedAt.length, { timeout: 10_000 }).toBe(3);
    await delay(1000);
    expect(triedAt).toHaveLength(3);
    expect(done).toEqual([]);
    for (const [n, at] of triedAt.slice(1).entries()) {
      expect(at - (triedAt[n] ?? 0)).toBeGreaterThanOrEqual(395);
    }
  });

  test('a job that failed once succeeds at its next attempt', async () => {
    const name = queueName();
    const queue = await queueOf(name);
    let tries = 0;
    const handle = async () => {
      tries += 1;
      if (tries === 1) throw new Error('this once');
    };
    const { done } = await workerOf(name, { handle });
    await queue.add({ job: 'second time lucky' }, { attempts: 2, backoffMs: 10 });
    await expect.poll(() => done, { timeout: 5000 }).toEqual(['second time lucky']);
  });

  test('a scheduler ticks once a period, however many processes set it up, and after a restart', async () => {
    const name = queueName();
    const periodMs = 400;
    const queues = await Promise.all([queueOf(name), queueOf(name), queueOf(name)]);
    const ticks: number[] = [];
    const handle = async () => void ticks.push(performance.now());
    const workers = await Promise.all([workerOf(name, { handle }), workerOf(name, { handle })]);
    await Promise.all(queues.map((queue) => queue.repeat('tick', periodMs, { job: 'tick' })));
    await expect.poll(() => ticks.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);

    for (const worker of workers) await worker.close();
    await workerOf(name, { handle });
    await (await queueOf(name)).repeat('tick', periodMs, { job: 'tick' });
    const from = performance.now();
    const before = ticks.length;
    await delay(periodMs * 6);
    const ticked = ticks.length - before;
    const periods = (performance.now() - from) / periodMs;
    expect(ticked).toBeGreaterThanOrEqual(3);
    // One is due at once after the restart; a second scheduler would tick twice as often.
    expect(ticked).toBeLessThanOrEqual(Math.ceil(periods) + 1);
  });

  test('a worker that is killed gives its job back, and another one does it', async () => {
    const name = queueName();
    const file = join(folder, `${name}.txt`);
    const notes = () => readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1);
    const queue = await queueOf(name);
    const common = { url: server.url, queue: name, file };
    const doomed = startWorkerProcess({ ...common, name: 'doomed', jobMs: 60_000 });
    await expect.poll(notes, { timeout: 20_000 }).toContain('doomed works');
    await queue.add({ job: 'precious' });
    await expect.poll(notes, { timeout: 10_000 }).toContain('doomed begins precious');
    await doomed.kill();
    const heir = startWorkerProcess({ ...common, name: 'heir', jobMs: 10 });
    await expect.poll(notes, { timeout: 20_000 }).toContain('heir ends precious');
    await heir.kill();
    expect(notes().filter((note) => note.includes('ends'))).toEqual(['heir ends precious']);
  });

  test('closing waits for the job under way and takes no other', async () => {
    const name = queueName();
    const queue = await queueOf(name);
    let begun = 0;
    const worker = await workerOf(name, {
      handle: async () => {
        begun += 1;
        await delay(500);
      },
    });
    for (const job of ['one', 'two', 'three']) await queue.add({ job });
    await expect.poll(() => begun).toBe(1);
    await worker.close();
    expect(worker.done).toEqual(['one']);
    const next = await workerOf(name);
    await expect.poll(() => next.done, { timeout: 5000 }).toEqual(['two', 'three']);
  });

  test('queues of two prefixes do not see each other', async () => {
    const name = queueName();
    const [red, blue] = [await queueOf(name, { prefix: 'red' }), await queueOf(name, { prefix: 'blue' })];
    const reds = await workerOf(name, { prefix: 'red' });
    const blues = await workerOf(name, { prefix: 'blue' });
    await red.add({ job: 'red' }, { id: 'same' });
    await blue.add({ job: 'blue' }, { id: 'same' });
    await expect.poll(() => reds.done.length + blues.done.length, { timeout: 5000 }).toBe(2);
    expect([reds.done, blues.done]).toEqual([['red'], ['blue']]);
  });

  test('jobs outlive a killed server, workers go on by themselves, and adding waits for it', async () => {
    const name = queueName();
    const queue = await queueOf(name);
    const jobs = Array.from({ length: 20 }, (_, n) => `kept${n}`);
    for (const job of jobs) await queue.add({ job });
    const idle = queueName();
    const waiting = await workerOf(idle);
    const idleQueue = await queueOf(idle);

    await server.kill();
    const meanwhile = idleQueue.add({ job: 'added while it was away' });
    await delay(500);
    await server.startAgain();

    await meanwhile;
    await expect.poll(() => waiting.done, { timeout: 20_000 }).toEqual(['added while it was away']);
    const { done } = await workerOf(name);
    await expect.poll(() => done.length, { timeout: 20_000 }).toBe(20);
    expect(done.sort()).toEqual(jobs.sort());
  });

  test('a scheduler goes on after its server was killed, and does not double', async () => {
    const name = queueName();
    const periodMs = 300;
    const queue = await queueOf(name);
    const worker = await workerOf(name);
    await queue.repeat('tick', periodMs, { job: 'tick' });
    await expect.poll(() => worker.done.length, { timeout: 10_000 }).toBeGreaterThan(1);
    await server.kill();
    await delay(400);
    await server.startAgain();
    const before = worker.done.length;
    await expect.poll(() => worker.done.length, { timeout: 20_000 }).toBeGreaterThan(before + 1);
    const [from, count] = [performance.now(), worker.done.length];
    await delay(periodMs * 6);
    const periods = (performance.now() - from) / periodMs;
    expect(worker.done.length - count).toBeLessThanOrEqual(Math.ceil(periods) + 1);
    expect(worker.done.length - count).toBeGreaterThanOrEqual(3);
  });

  test('adding gives up when the server stays away, and says so', async () => {
    const queue = await queueOf(queueName(), { waitMs: 700 });
    await server.kill();
    const beganAt = performance.now();
    await expect(queue.add({ job: 'too late' })).rejects.toMatchObject({ code: 'jobs.unavailable' });
    expect(performance.now() - beganAt).toBeLessThan(3000);
    const opening = openQueue({ ...options(queueName()), waitMs: 500 });
    await expect(opening).rejects.toMatchObject({ code: 'jobs.unavailable' });
    await server.startAgain();
  });
}
