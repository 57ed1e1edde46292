import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkloadAttestors } from '../src/attestation/create-attestors.ts';
import { TcpPeerAttestation } from '../src/tcp-peer/attest-tcp-peer.ts';

/** Connects and says nothing more. */
const connectOnly = (port: number) =>
  `require('node:net').connect(${port}, '127.0.0.1').on('error', () => {})`;
/** Connects and hands its socket to a child, too. */
const connectAndShare = (port: number) => `
  const socket = require('node:net').connect(${port}, '127.0.0.1', () => {
    require('node:child_process').spawn('sleep', ['30'], { stdio: [socket, 'ignore', 'ignore'] });
  });`;

let server: Server;
let port: number;
const attestation = new TcpPeerAttestation(
  createWorkloadAttestors({ logger: { debug: () => {}, info: () => {}, warn: () => {} } }),
);
const children: ReturnType<typeof spawn>[] = [];

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  server.close();
});

async function accepted(): Promise<Socket> {
  const [socket] = await once(server, 'connection');
  return socket;
}

function run(code: string, user: { uid?: number; gid?: number } = {}) {
  const child = spawn(process.execPath, ['-e', code], {
    env: {},
    stdio: ['ignore', 'ignore', 'inherit'],
    ...user,
  });
  children.push(child);
  return child;
}

describe.runIf(process.platform === 'linux')('a caller over TCP', () => {
  it('is the process that made the connection, attested as the Workload API would', async () => {
    const child = run(connectOnly(port));
    const socket = await accepted();
    const { pid, selectors } = await attestation.attest(socket);
    expect(pid).toBe(child.pid);
    expect(selectors).toContain(`unix:uid:${process.getuid?.()}`);
    expect(selectors).toContain(`unix:path:${process.execPath}`);
  });

  it('is told from another that connects at the same time', async () => {
    const both = [run(connectOnly(port)), run(connectOnly(port))];
    const sockets = [await accepted(), await accepted()];
    const pids = (await Promise.all(sockets.map((socket) => attestation.attest(socket)))).map(
      ({ pid }) => pid,
    );
    expect(pids.toSorted()).toEqual(both.map(({ pid }) => pid).toSorted());
  });

  it('is found when it holds very many connections', async () => {
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    const own = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
    await expect.poll(() => sockets.length).toBe(200);
    const startedAt = performance.now();
    const peers = await Promise.all(sockets.map((socket) => attestation.attest(socket)));
    expect(new Set(peers.map(({ pid }) => pid))).toEqual(new Set([process.pid]));
    expect(performance.now() - startedAt).toBeLessThan(5000);
    for (const socket of [...own, ...sockets]) socket.destroy();
  });

  it('is nobody when it is gone before it was looked at', async () => {
    const child = run(connectOnly(port));
    const socket = await accepted();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(attestation.attest(socket)).rejects.toMatchObject({ category: 'unavailable' });
  });

  it('is nobody when two processes hold the connection', async () => {
    run(connectAndShare(port));
    const socket = await accepted();
    await expect
      .poll(() => attestation.attest(socket).then(String, (error) => error.message))
      .toBe('several processes hold the connection');
    socket.destroy();
  });

  it.runIf(process.getuid?.() === 0)('is known by its own user, not by ours', async () => {
    run(connectOnly(port), { uid: 65_534, gid: 65_534 });
    const { selectors } = await attestation.attest(await accepted());
    expect(selectors).toEqual(expect.arrayContaining(['unix:uid:65534', 'unix:gid:65534']));
    expect(selectors).not.toContain('unix:uid:0');
  });
});
