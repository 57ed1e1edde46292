import { chmod, lstat, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { WorkloadApiLogger } from './logger.ts';
import { SocketInUse } from './workload-api.errors.ts';

export interface UnixSocketOptions {
  readonly path: string;
  readonly accept: (socket: Socket) => void;
  readonly logger: WorkloadApiLogger;
}

/** A server whose file comes back when somebody takes it away. */
export interface UnixSocket {
  /** New callers reach us by the path. */
  readonly isReachable: boolean;
  /** Takes the file away, if it is ours, and no more callers; ends when those that were accepted have gone. */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 1000;

/**
 * Listens on a Unix socket, for as long as the path is ours. A socket file that nobody serves any more
 * is replaced; one that answers, or any other kind of file, is an error. A file that is removed or
 * replaced later is put back as soon as the path is free; connections that stand notice nothing.
 */
export async function listenOnUnixSocket(options: UnixSocketOptions): Promise<UnixSocket> {
  const listening = new ListeningSocket(options);
  await listening.open();
  return listening;
}

class ListeningSocket implements UnixSocket {
  readonly #options: UnixSocketOptions;
  readonly #closed: Promise<unknown>[] = [];
  #server: Server | undefined;
  #file: FileIdentity | undefined;
  #looking: NodeJS.Timeout | undefined;
  #look: Promise<void> = Promise.resolve();
  #problem: string | undefined;

  constructor(options: UnixSocketOptions) {
    this.#options = options;
  }

  get isReachable(): boolean {
    return this.#file !== undefined;
  }

  async open(): Promise<void> {
    await this.#listen();
    this.#looking = setInterval(() => {
      this.#look = this.#look.then(() => this.#comeBack());
    }, LOOK_EVERY_MS);
    this.#looking.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#look;
    const { path } = this.#options;
    if (isSame(await identityOf(path), this.#file)) await rm(path, { force: true });
    this.#server?.close();
    await Promise.all(this.#closed);
  }

  async #listen(): Promise<void> {
    const { path, accept } = this.#options;
    await assertReplaceable(path);
    const server = createServer(accept);
    this.#file = await listenAt(server, path);
    this.#closed.push(new Promise((resolve) => server.once('close', resolve)));
    // Nobody finds the one before any more. What it has accepted goes on.
    this.#server?.close();
    this.#server = server;
  }

  async #comeBack(): Promise<void> {
    const { path: socketPath, logger } = this.#options;
    try {
      if (isSame(await identityOf(socketPath), this.#file)) return;
      this.#file = undefined;
      await this.#listen();
      logger.warn({ socketPath }, 'the socket was gone; listens on it again');
      this.#problem = undefined;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problem) logger.warn({ socketPath, err: error }, 'new callers cannot reach us');
      this.#problem = problem;
    }
  }
}

/** Which file it is: an inode's number alone is given to the next file as soon as it is free. */
interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bornAtNs: bigint;
}

/**
 * Under another name first: at its own the file is there only once it may be opened, it takes the place
 * of a dead one in one step, and closing a server, which unlinks the name that it was bound to, takes
 * away nobody else's file.
 */
async function listenAt(server: Server, path: string): Promise<FileIdentity | undefined> {
  const boundTo = `${path}~`;
  await rm(boundTo, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(boundTo, () => {
      server.off('error', reject);
      resolve();
    });
  });
  try {
    // Any workload may connect: who it is decides what it gets. Who may reach the socket at all is
    // the operator's choice, by the mode of its directory.
    await chmod(boundTo, 0o777);
    await rename(boundTo, path);
    return await identityOf(path);
  } catch (error) {
    server.close();
    throw error;
  }
}

async function identityOf(path: string): Promise<FileIdentity | undefined> {
  const stats = await statsOf(path);
  return stats && { device: stats.dev, inode: stats.ino, bornAtNs: stats.birthtimeNs };
}

function isSame(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.device === other.device && one.inode === other.inode && one.bornAtNs === other.bornAtNs;
}

async function assertReplaceable(path: string): Promise<void> {
  const stats = await statsOf(path);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new SocketInUse(`${path} is there and is not a socket`);
  if (await answers(path)) throw new SocketInUse(`another process serves ${path}`);
}

async function statsOf(path: string) {
  return lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
