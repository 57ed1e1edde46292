import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startChild } from './child.ts';
import { supervise } from './supervised.ts';

const program = `console.log(JSON.stringify({ event: 'ready' })); process.stdin.on('end', () => process.exit(0)).resume();`;

async function startOne() {
  const folder = mkdtempSync(join(tmpdir(), 'supervised-'));
  const events: string[] = [];
  const one = await supervise({
    name: 'one',
    record: ({ event }) => events.push(event),
    start: async (onEvent) =>
      startChild({
        name: 'one',
        command: process.execPath,
        args: ['-e', program],
        env: {},
        logFile: join(folder, 'log'),
        onEvent,
      }),
  });
  onTestFinished(async () => {
    await one.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { one, events };
}

test('a process that is held down stays down until it is let up again', async () => {
  const { one, events } = await startOne();
  const first = one.pid;
  one.holdDown();
  await pause(1500);
  expect(events).toEqual(['process-exited']);
  let isUp = false;
  const up = one.untilUp().then(() => {
    isUp = true;
  });
  await pause(100);
  expect(isUp).toBe(false);
  one.resume();
  await up;
  expect(events).toEqual(['process-exited', 'process-restarted']);
  expect(one.pid).not.toBe(first);
}, 30_000);

test('one that is held down can be stopped for good', async () => {
  const { one } = await startOne();
  one.holdDown();
  await pause(500);
  await one.stop();
}, 30_000);

test('one that was killed is started again at once (control)', async () => {
  const { one, events } = await startOne();
  one.kill('SIGKILL');
  await expect.poll(() => events, { timeout: 20_000 }).toEqual(['process-exited', 'process-restarted']);
}, 30_000);
