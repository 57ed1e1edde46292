import type { Socket } from 'node:net';
import koffi from 'koffi';
import { PeerCredentialsUnreadable, PeerCredentialsUnsupported } from './workload-api.errors.ts';

/** Who opened a connection, as the kernel saw it at connect time. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /**
   * A descriptor that names this very process even when its pid is used again; the owner
   * closes it. Absent before Linux 6.5.
   */
  readonly pidfd: number | undefined;
}

/** Values of asm-generic/socket.h, which x86-64 and arm64 share. */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERPIDFD = 77;

type GetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: [number]) => number;
let getsockopt: GetSockOpt | undefined;

/** Reads SO_PEERCRED and SO_PEERPIDFD (unix(7)) of an accepted connection; Linux only. */
export function readPeerCredentials(socket: Socket): PeerCredentials {
  const fd = descriptorOf(socket);
  const credentials = Buffer.alloc(12);
  if (socketOption(fd, SO_PEERCRED, credentials) !== 0) {
    throw new PeerCredentialsUnreadable('getsockopt(SO_PEERCRED) failed', {
      context: { errno: koffi.errno() },
    });
  }
  const pid = credentials.readInt32LE(0);
  // The kernel answers 0 when the peer lives outside our pid namespace: nobody we could look at.
  if (pid <= 0) throw new PeerCredentialsUnreadable('the peer has no pid in this pid namespace');
  const pidfd = Buffer.alloc(4);
  const hasPidfd = socketOption(fd, SO_PEERPIDFD, pidfd) === 0;
  return {
    pid,
    uid: credentials.readUInt32LE(4),
    gid: credentials.readUInt32LE(8),
    pidfd: hasPidfd ? pidfd.readInt32LE(0) : undefined,
  };
}

/** Fails early, at start, where no caller could ever be attested. */
export function assertPeerCredentialsSupported(): void {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new PeerCredentialsUnsupported(
      `the Workload API attests its callers by Linux peer credentials; this is ${process.platform}-${process.arch}`,
    );
  }
}

function socketOption(fd: number, name: number, value: Buffer): number {
  getsockopt ??= loadGetSockOpt();
  return getsockopt(fd, SOL_SOCKET, name, value, [value.length]);
}

function loadGetSockOpt(): GetSockOpt {
  assertPeerCredentialsSupported();
  // `null` is the running program: it has its C library's symbols, whichever library that is.
  return koffi
    .load(null)
    .func('int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)');
}

/** Node has no public way to a socket's descriptor; `_handle.fd` has been there since 0.x. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof fd !== 'number' || fd < 0)
    throw new PeerCredentialsUnreadable('the connection is already closed');
  return fd;
}
