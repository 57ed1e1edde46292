import { lstat, rm } from 'node:fs/promises';
import { DomainError } from '@blastradius/kernel';

export class SocketPathTaken extends DomainError {
  readonly code = 'issuer.socket-path-taken';
  readonly category = 'conflict';
}

/** Makes room for the socket: one that a killed process left behind is removed, nothing else is. */
export async function clearSocketPath(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw new SocketPathTaken(`${path} exists and is no socket`);
  await rm(path);
}

/** Runs `listen` so that the socket it creates is its owner's alone from its first instant. */
export async function withOwnerOnlyFiles<T>(listen: () => Promise<T>): Promise<T> {
  const before = process.umask(0o177);
  try {
    return await listen();
  } finally {
    process.umask(before);
  }
}
