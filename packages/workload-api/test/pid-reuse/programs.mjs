// Three programs that a connection goes through: who opens it, who keeps it and starts the next one with
// the pid of the first, and who makes a call over it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const INHERITED = 3;
const ATTEMPTS = 500;
const [role, ...args] = process.argv.slice(2);

/** @type {Record<string, (...args: string[]) => void | Promise<void>>} */
const programs = { opener, keeper, caller };
await programs[role ?? '']?.(...args);

/** @param {string} socketPath @param {string} end */
function opener(socketPath, end) {
  const socket = new Socket();
  // Not a byte is read here: it is the caller's connection.
  socket.pause();
  socket.connect(socketPath, () => {
    const descriptor = Reflect.get(Reflect.get(socket, '_handle'), 'fd');
    const pids = [socketPath, String(process.pid), end];
    const keeper = spawn(process.execPath, [process.argv[1] ?? '', 'keeper', ...pids], {
      stdio: ['ignore', 'inherit', 'inherit', descriptor],
    });
    keeper.unref();
    keeper.once('spawn', () => {
      if (end === 'ends') process.exit();
      setInterval(() => {}, 60_000);
    });
  });
}

/** @param {string} socketPath @param {string} openerPid @param {string} end */
async function keeper(socketPath, openerPid, end) {
  const pid = Number(openerPid);
  if (end === 'ends') while (isThere(pid)) await wait(10);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (end === 'ends') writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const child = spawn(process.execPath, [process.argv[1] ?? '', 'caller', socketPath, openerPid], {
      stdio: ['ignore', 'inherit', 'inherit', INHERITED],
    });
    if (end !== 'ends' || child.pid === pid) return;
    child.kill('SIGKILL');
  }
}

/** @param {string} socketPath @param {string} openerPid */
async function caller(socketPath, openerPid) {
  const inherited = await fetch(new Socket({ fd: INHERITED }));
  const own = await fetch(new Socket().connect(socketPath));
  const answer = { isSamePid: process.pid === Number(openerPid), inherited, own };
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
}

/** Calls FetchX509SVID. @param {Socket} socket @returns {Promise<'identity' | number>} */
function fetch(socket) {
  return new Promise((resolve) => {
    const session = connect('http://localhost', { createConnection: () => socket });
    session.on('error', () => resolve(-1));
    const call = session.request({
      ':method': 'POST',
      ':path': '/SpiffeWorkloadAPI/FetchX509SVID',
      'content-type': 'application/grpc',
      te: 'trailers',
      'workload.spiffe.io': 'true',
    });
    const status = (/** @type {any} */ fields) => {
      if (fields['grpc-status'] !== undefined) resolve(Number(fields['grpc-status']));
    };
    call.on('response', status);
    call.on('trailers', status);
    call.on('data', () => resolve('identity'));
    call.on('error', () => resolve(-1));
    call.end(Buffer.alloc(5));
  });
}

/** @param {number} pid */
function isThere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
