import { readFileSync } from 'node:fs';
import { PeerCredentialsUnreadable } from '../workload-api.errors.ts';
import { type SocketHolder, socketHolders } from './socket-holders.ts';
import { findTcpSocket, type TcpEndpoints, type TcpSocketEntry } from './tcp-table.ts';

/** The process at the far end of a TCP connection within this network namespace. */
export interface TcpPeer extends TcpSocketEntry, SocketHolder {}

interface Waiting {
  readonly peerEndpoints: TcpEndpoints;
  readonly resolve: (peer: TcpPeer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds callers over TCP, for which the kernel has no SO_PEERCRED: the caller's end of the connection
 * has an inode, and among the processes one holds it. Connections that come in together are looked up
 * together, since each look goes through the files of all processes.
 */
export class TcpPeers {
  #waiting: Waiting[] = [];
  #looking = false;

  /** `peerEndpoints` as the caller sees them. Rejects with `PeerCredentialsUnreadable`. */
  find(peerEndpoints: TcpEndpoints): Promise<TcpPeer> {
    const { promise, resolve, reject } = Promise.withResolvers<TcpPeer>();
    this.#waiting.push({ peerEndpoints, resolve, reject });
    if (!this.#looking) void this.#look();
    return promise;
  }

  async #look(): Promise<void> {
    this.#looking = true;
    // Not before this turn of the event loop has accepted all that it will.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await settle(batch);
      } catch (cause) {
        const error = new PeerCredentialsUnreadable('the table of TCP connections is not readable', {
          cause,
        });
        for (const { reject } of batch) reject(error);
      }
    }
    this.#looking = false;
  }
}

async function settle(batch: readonly Waiting[]): Promise<void> {
  const tables = { tcp: readFileSync('/proc/net/tcp', 'latin1'), tcp6: readTcp6() };
  const found = batch.map((waiting) => ({ waiting, socket: findTcpSocket(tables, waiting.peerEndpoints) }));
  const inodes = new Set(found.flatMap(({ socket }) => (socket === undefined ? [] : [socket.inode])));
  const holders = await socketHolders(inodes);
  for (const { waiting, socket } of found) {
    try {
      waiting.resolve(peerOf(socket, holders));
    } catch (error) {
      waiting.reject(error);
    }
  }
}

function peerOf(
  socket: TcpSocketEntry | undefined,
  holders: ReadonlyMap<string, readonly SocketHolder[]>,
): TcpPeer {
  if (socket === undefined)
    throw new PeerCredentialsUnreadable('no such connection in this network namespace');
  const [holder, ...others] = holders.get(socket.inode) ?? [];
  if (holder === undefined) {
    throw new PeerCredentialsUnreadable('no process that we may look at holds the connection');
  }
  // Inherited by a child, or handed over: which of them speaks can't be told, so none of them does.
  if (others.length > 0) throw new PeerCredentialsUnreadable('several processes hold the connection');
  return { ...socket, ...holder };
}

/** Absent where the kernel runs without IPv6. */
function readTcp6(): string {
  try {
    return readFileSync('/proc/net/tcp6', 'latin1');
  } catch {
    return '';
  }
}
