import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate as yieldToOthers } from 'node:timers/promises';

/** A process that has a socket among its open files. */
export interface SocketHolder {
  readonly pid: number;
  readonly descriptor: number;
}

/** So long at most other requests have to wait for a host with very many processes. */
const SLICE_MS = 5;

/**
 * Who holds these sockets, by inode: the files of every process that we may look at are gone through
 * once for all of them. Processes of other users stay hidden unless we are root (proc(5),
 * PTRACE_MODE_READ).
 */
export async function socketHolders(
  inodes: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly SocketHolder[]>> {
  const holders = new Map<string, SocketHolder[]>();
  let sliceEndsAt = performance.now() + SLICE_MS;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    if (performance.now() > sliceEndsAt) {
      await yieldToOthers();
      sliceEndsAt = performance.now() + SLICE_MS;
    }
    for (const { descriptor, inode } of heldSockets(pid, inodes)) {
      holders.set(inode, [...(holders.get(inode) ?? []), { pid, descriptor }]);
    }
  }
  return holders;
}

/** Whether that descriptor of the process still is this socket. */
export function holdsSocket({ pid, descriptor }: SocketHolder, inode: string): boolean {
  return inodeOf(pid, String(descriptor)) === inode;
}

/** At most one entry a socket: a process that duplicated its descriptor is one holder. */
function heldSockets(pid: number, inodes: ReadonlySet<string>) {
  const found = new Map<string, { descriptor: number; inode: string }>();
  for (const name of descriptorsOf(pid)) {
    const inode = inodeOf(pid, name);
    if (inode !== undefined && inodes.has(inode)) found.set(inode, { descriptor: Number(name), inode });
  }
  return found.values();
}

function descriptorsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    // Gone, or not ours to look at: then it is not a caller that we could attest either.
    return [];
  }
}

function inodeOf(pid: number, descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
  } catch {
    return undefined;
  }
}
