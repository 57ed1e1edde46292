import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Steering ends the process, so a process of its own is steered: it answers each command by an event. */
const script = `
import { findStarter } from ${JSON.stringify(fileURLToPath(new URL('../src/steering/starter.ts', import.meta.url)))};
const starter = findStarter(process.env);
let commands = 0;
starter.follow(
  ({ command }) => starter.emit({ event: 'progress', phase: command, counts: { commands: ++commands } }),
  async () => {
    if (process.env.HANGS) await new Promise(() => {});
    process.stderr.write('stopped\\n');
  },
);
setInterval(() => {}, 1000);
starter.emit({ event: 'ready' });
starter.emit({ event: 'progress', phase: 'first', counts: {} });
starter.emit({ event: 'progress', phase: 'newest', counts: {} });
process.stderr.write('started\\n');
`;

let folder: string;
let child: ChildProcess;
let stderr: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steering-'));
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start(env: Record<string, string> = {}): Promise<void> {
  stderr = '';
  child = spawn(
    process.execPath,
    ['--conditions=@blastradius/source', '--input-type=module', '--eval', script],
    { env: { PATH: process.env['PATH'], ...env } },
  );
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  await expect.poll(() => stderr, { timeout: 20_000 }).toContain('started');
}

/** What comes in, one JSON object a line. */
function linesOf(stream: Readable) {
  const reader = createInterface({ input: stream });
  // It hands on what its input suffers.
  reader.on('error', () => {});
  const lines = reader[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value ?? 'null');
}

describe('by stdin and stdout', () => {
  it('says events on stdout and takes commands on stdin', async () => {
    await start();
    const next = linesOf(child.stdout as Readable);
    expect(await next()).toEqual({ event: 'ready' });
    expect([(await next()).phase, (await next()).phase]).toEqual(['first', 'newest']);
    child.stdin?.write('{"command":"enrol"}\n');
    expect(await next()).toMatchObject({ phase: 'enrol', counts: { commands: 1 } });
  });

  it.each([
    ['stdin ends', () => child.stdin?.end()],
    ['it is told to', () => child.stdin?.write('{"command":"stop"}\n')],
    ['SIGTERM comes', () => child.kill('SIGTERM')],
  ])('stops in order, once, when %s', async (_, end) => {
    await start();
    end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(stderr.match(/stopped/g)).toHaveLength(1);
  });

  it('leaves Ctrl-C to its starter', async () => {
    await start();
    const next = linesOf(child.stdout as Readable);
    child.kill('SIGINT');
    child.stdin?.write('{"command":"enrol"}\n');
    for (const _ of ['ready', 'first', 'newest']) await next();
    expect(await next()).toMatchObject({ phase: 'enrol' });
  });

  it('does not hang for ever where stopping does', { timeout: 30_000 }, async () => {
    await start({ HANGS: '1' });
    const began = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(performance.now() - began).toBeGreaterThan(4500);
  });
});

describe('by a control socket', () => {
  const socketPath = () => join(folder, 'control.sock');
  const open = async (): Promise<{ socket: Socket; next: () => Promise<unknown> }> => {
    const socket = connect(socketPath());
    socket.on('error', () => {}); // What was not read when it left.
    await once(socket, 'connect');
    return { socket, next: linesOf(socket) };
  };

  it('lets only its own user in, and takes the place of a socket that was left behind', async () => {
    writeFileSync(socketPath(), 'left behind');
    await start({ CONTROL_SOCKET: socketPath() });
    const { mode } = statSync(socketPath());
    expect((mode & 0o777).toString(8)).toBe('600');
    expect(statSync(socketPath()).isSocket()).toBe(true);
  });

  it('tells whoever connects how things stand: the newest event of each kind', async () => {
    await start({ CONTROL_SOCKET: socketPath() });
    const { socket, next } = await open();
    expect(await next()).toEqual({ event: 'ready' });
    expect(await next()).toMatchObject({ event: 'progress', phase: 'newest' });
    socket.write('{"command":"enrol"}\n');
    expect(await next()).toMatchObject({ phase: 'enrol' });
    socket.destroy();
  });

  it('answers a line that is no command, and goes on', async () => {
    await start({ CONTROL_SOCKET: socketPath() });
    const { socket, next } = await open();
    await next();
    await next();
    socket.write('hello\n{"command":"fly"}\n{"command":"enrol"}\n');
    expect(await next()).toMatchObject({ event: 'failed', code: 'steering.no-command' });
    expect(await next()).toMatchObject({ event: 'failed', code: 'steering.no-command' });
    expect(await next()).toMatchObject({ phase: 'enrol', counts: { commands: 1 } });
    socket.destroy();
  });

  it('goes on when its listener leaves, and without stdin', async () => {
    await start({ CONTROL_SOCKET: socketPath() });
    child.stdin?.end();
    const first = await open();
    // However it ends: what is left unread when it goes is answered by a reset.
    const gone = new Promise((resolve) => first.socket.once('close', resolve));
    first.socket.destroy();
    await gone;
    const { socket, next } = await open();
    expect(await next()).toEqual({ event: 'ready' });
    socket.destroy();
  });

  it.each([
    ['SIGTERM comes', () => Promise.resolve(child.kill('SIGTERM'))],
    ['SIGINT comes', () => Promise.resolve(child.kill('SIGINT'))],
    ['it is told to', async () => (await open()).socket.write('{"command":"stop"}\n')],
  ])('stops in order when %s', async (_, end) => {
    await start({ CONTROL_SOCKET: socketPath() });
    const exited = once(child, 'exit');
    await end();
    expect(await exited).toEqual([0, null]);
    expect(stderr.match(/stopped/g)).toHaveLength(1);
  });
});
