import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** Stands between an issuer and its database, and can be told to let nothing through, or to be slow with answers. */
export interface DatabaseProxy {
  /** As `DATABASE_URL` has it. */
  readonly url: string;
  /** Connections stay, and new ones are taken; no byte goes through either way. */
  stall(): void;
  /** What is asked reaches the database at once; answers to questions with this text arrive so much later. */
  delayAnswers(text: string, ms: number): void;
  /** How many answers have come from the database so far that are held back, or were. */
  delayed(): number;
  /** What was held goes through, and all that follows. */
  flow(): void;
  close(): Promise<void>;
}

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const open = new Set<Socket>();
  let late: { readonly text: string; readonly ms: number } | undefined;
  let delayed = 0;
  let stalled = false;
  const server = createServer((issuer) => {
    const database = createConnection(addressOf(databaseUrl));
    for (const socket of [issuer, database]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        issuer.destroy();
        database.destroy();
      });
    }
    // One question at a time is under way on a connection, so that what comes next is its answer.
    let answerMs = 0;
    issuer.on('data', (chunk) => {
      answerMs = late !== undefined && chunk.includes(late.text) ? late.ms : 0;
      database.write(chunk);
    });
    database.on('data', (chunk) => {
      if (answerMs > 0) delayed += 1;
      if (answerMs === 0) issuer.write(chunk);
      else setTimeout(() => issuer.writable && issuer.write(chunk), answerMs);
    });
    // Listening has set them going.
    if (stalled) for (const socket of [issuer, database]) socket.pause();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port was given');
  return {
    url: throughPort(databaseUrl, address.port),
    stall: () => {
      stalled = true;
      for (const socket of open) socket.pause();
    },
    delayAnswers: (text, ms) => {
      late = { text, ms };
    },
    delayed: () => delayed,
    flow: () => {
      [stalled, late] = [false, undefined];
      for (const socket of open) socket.resume();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A socket's folder (`?host=`), or host and port. */
function addressOf(databaseUrl: string): { path: string } | { host: string; port: number } {
  const folder = /[?&]host=([^&]+)/.exec(databaseUrl)?.[1];
  if (folder !== undefined) return { path: join(decodeURIComponent(folder), '.s.PGSQL.5432') };
  const { hostname, port } = new URL(databaseUrl);
  return { host: hostname, port: Number(port) };
}

function throughPort(databaseUrl: string, port: number): string {
  return databaseUrl.replace(/@[^/]*\//, `@127.0.0.1:${port}/`).replace(/\?.*$/, '');
}
