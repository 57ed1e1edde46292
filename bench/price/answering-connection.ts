import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { checkSpiffeServer } from '../../packages/credentials/src/presenter/check-spiffe-server.ts';
import type { Shown, Target } from './messages.ts';

export type OnAnswer = (status: number, body: Buffer) => void;

/** One kept TLS connection that speaks HTTP/1.1, one request at a time, with as little work as it can be done with. */
export class AnsweringConnection {
  readonly #socket: TLSSocket;
  #received: Buffer = Buffer.alloc(0);
  #onAnswer: OnAnswer | undefined;

  private constructor(socket: TLSSocket, onBroken: (error: Error) => void) {
    this.#socket = socket;
    socket.setNoDelay();
    socket.on('data', (chunk: Buffer) => this.#take(chunk, onBroken));
    socket.on('error', onBroken);
    socket.on('close', () => onBroken(new Error('the server closed a connection')));
  }

  static async open(
    { port, ca, serverId }: Target,
    shown: Shown,
    onBroken: (error: Error) => void,
  ): Promise<AnsweringConnection> {
    const socket = connect({
      host: '127.0.0.1',
      port,
      ca,
      minVersion: 'TLSv1.3',
      ...(serverId === null
        ? { servername: 'localhost' }
        : { checkServerIdentity: (_host, peer) => checkSpiffeServer(peer, serverId) }),
      ...(shown.kind === 'certificate' ? { cert: shown.cert, key: shown.key } : {}),
    });
    await once(socket, 'secureConnect');
    return new AnsweringConnection(socket, onBroken);
  }

  send(request: string, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.removeAllListeners('error');
    this.#socket.on('error', () => {});
    this.#socket.destroy();
  }

  #take(chunk: Buffer, onBroken: (error: Error) => void): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      onBroken(new Error(`an answer without a length: ${head.slice(0, 200)}`));
      return;
    }
    if (this.#received.length < headEnd + 4 + Number(length)) return;
    const body = this.#received.subarray(headEnd + 4);
    this.#received = Buffer.alloc(0);
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(Number(head.slice(9, 12)), body);
  }
}
