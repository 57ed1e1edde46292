import type { Socket } from 'node:net';
import { attestWorkload } from '../attestation/attest-workload.ts';
import { PinnedProcess } from '../attestation/pinned-process.ts';
import { readProcessOwner } from '../attestation/process-owner.ts';
import type { WorkloadAttestor } from '../attestation/workload-attestor.ts';
import type { PeerCredentials } from '../peer-credentials.ts';
import { PeerCredentialsUnreadable, ProcessGone } from '../workload-api.errors.ts';
import { holdsSocket } from './socket-holders.ts';
import { type TcpPeer, TcpPeers } from './tcp-peers.ts';
import type { TcpEndpoints } from './tcp-table.ts';

export interface AttestedTcpPeer {
  readonly pid: number;
  /** As the Workload API would find them for the same process. */
  readonly selectors: readonly string[];
}

/**
 * Attests the process at the other end of an accepted TCP connection over loopback, by the same
 * attestors as callers of the Workload API. Rejects where the caller can't be told for certain.
 */
export class TcpPeerAttestation {
  readonly #peers = new TcpPeers();
  readonly #attestors: readonly WorkloadAttestor[];

  constructor(attestors: readonly WorkloadAttestor[]) {
    this.#attestors = attestors;
  }

  async attest(socket: Socket): Promise<AttestedTcpPeer> {
    const peer = await this.#peers.find(endpointsOfPeer(socket));
    const process = new PinnedProcess(credentialsOf(peer));
    try {
      // The pid was found before it was pinned, so what is pinned has to hold the connection, too.
      assertHolds(peer);
      const selectors = await attestWorkload(process, this.#attestors);
      assertHolds(peer);
      return { pid: process.pid, selectors };
    } finally {
      process.release();
    }
  }
}

function assertHolds(peer: TcpPeer): void {
  if (holdsSocket(peer, peer.inode)) return;
  throw new ProcessGone('the calling process holds the connection no more', { context: { pid: peer.pid } });
}

/** Our remote end is the caller's local one. */
function endpointsOfPeer(socket: Socket): TcpEndpoints {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (
    localAddress === undefined ||
    localPort === undefined ||
    remoteAddress === undefined ||
    remotePort === undefined
  ) {
    throw new PeerCredentialsUnreadable('the connection is already closed');
  }
  return {
    localAddress: remoteAddress,
    localPort: remotePort,
    remoteAddress: localAddress,
    remotePort: localPort,
  };
}

/** A socket that another user had made was handed over: whose request it is can't be told. */
function credentialsOf({ pid, uid }: TcpPeer): PeerCredentials {
  const { uid: processUid, gid } = readProcessOwner(pid);
  if (processUid !== uid) {
    throw new PeerCredentialsUnreadable('the process is not the user who made the connection');
  }
  return { pid, uid, gid, pidfd: undefined };
}
