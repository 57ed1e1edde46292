import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { HeaderRepair } from './header-repair.ts';

/** A connection as its HTTP/2 server is to see it. It reads at the server's pace and writes at the client's. */
export class RepairedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #repaired: AsyncGenerator<Buffer>;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#repaired = repaired(socket);
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#repaired.next().then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

async function* repaired(socket: Socket): AsyncGenerator<Buffer> {
  const repair = new HeaderRepair();
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield* repair.repair(chunk);
}
