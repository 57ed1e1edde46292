import { connect, type Socket } from 'node:net';
import { ClientHeaders } from '../src/authority-repair/client-headers.ts';
import { FrameReader } from '../src/authority-repair/frame-reader.ts';
import { encodeLiterals } from '../src/authority-repair/hpack-literals.ts';
import {
  CLIENT_PREFACE,
  encodeFrame,
  FLAGS,
  FRAME_BYTES_MAX,
  FRAME_TYPES,
} from '../src/authority-repair/http2-frame.ts';

export interface RawAnswer {
  /** Headers and trailers, the later ones over the earlier. */
  readonly fields: Readonly<Record<string, string>>;
  /** Bodies of gRPC messages. */
  readonly messages: readonly Buffer[];
}

interface Waiting {
  fields: Record<string, string>;
  body: Buffer;
  readonly done: PromiseWithResolvers<RawAnswer>;
}

const EMPTY_MESSAGE = Buffer.alloc(5);

/** gRPC by hand, for what no client library lets one say. */
export class RawHttp2Client {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #headers = new ClientHeaders();
  readonly #waiting = new Map<number, Waiting>();
  #nextStreamId = 1;
  #reset: Error | undefined;

  /** `windowBytes`: how much of an answer's body may come before the client takes any (RFC 9113, 6.5.2). */
  constructor(socketPath: string, windowBytes = 65_535) {
    this.#socket = connect(socketPath);
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
    // The reader expects a client; a server's side has no preface.
    this.#read(CLIENT_PREFACE);
    this.#socket.write(CLIENT_PREFACE);
    const window = Buffer.alloc(6);
    window.writeUInt16BE(4);
    window.writeUInt32BE(windowBytes, 2);
    this.#socket.write(encodeFrame({ type: FRAME_TYPES.settings, flags: 0, streamId: 0 }, window));
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** Ends with the trailers, or as soon as `messages` have come. */
  call(path: string, authority: string | undefined, extra: Record<string, string> = {}, messages = 1) {
    const streamId = this.#nextStreamId;
    this.#nextStreamId += 2;
    const done = Promise.withResolvers<RawAnswer>();
    this.#waiting.set(streamId, { fields: {}, body: Buffer.of(), done });
    const fields = {
      ':method': 'POST',
      ':scheme': 'http',
      ':path': path,
      ...(authority === undefined ? {} : { ':authority': authority }),
      te: 'trailers',
      'content-type': 'application/grpc',
      'workload.spiffe.io': 'true',
      ...extra,
    };
    this.#writeHeaders(streamId, fields);
    this.#socket.write(encodeFrame({ type: 0, flags: FLAGS.endStream, streamId }, EMPTY_MESSAGE));
    return done.promise.then((answer) => ({ ...answer, messages: answer.messages.slice(0, messages) }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #writeHeaders(streamId: number, fields: Record<string, string>): void {
    const block = encodeLiterals(
      Object.entries(fields).map(([name, value]) => ({ name, value, isSensitive: false })),
    );
    for (let start = 0; start < block.length; start += FRAME_BYTES_MAX) {
      const isLast = start + FRAME_BYTES_MAX >= block.length;
      const type = start === 0 ? FRAME_TYPES.headers : FRAME_TYPES.continuation;
      const payload = block.subarray(start, start + FRAME_BYTES_MAX);
      this.#socket.write(encodeFrame({ type, flags: isLast ? FLAGS.endHeaders : 0, streamId }, payload));
    }
  }

  #read(chunk: Buffer): void {
    for (const frame of this.#reader.read(chunk)) {
      if (frame.header === undefined) continue;
      const { type, flags, streamId } = frame.header;
      if (type === FRAME_TYPES.settings && (flags & FLAGS.ack) === 0) this.#acknowledge();
      if (type === 3)
        this.#waiting.get(streamId)?.done.reject(new Error(`reset ${frame.payload.readUInt32BE(0)}`));
      const waiting = this.#waiting.get(streamId);
      const read = this.#headers.read(frame);
      if (waiting === undefined) continue;
      if (type === 0) waiting.body = Buffer.concat([waiting.body, frame.payload]);
      if (typeof read === 'object') {
        for (const { name, value } of read.fields) waiting.fields[name] = value;
      }
      const messages = messagesIn(waiting.body);
      const isEnd = type < 2 && (flags & FLAGS.endStream) !== 0;
      if (isEnd || messages.length > 0) waiting.done.resolve({ fields: waiting.fields, messages });
    }
  }

  #acknowledge(): void {
    this.#socket.write(
      encodeFrame({ type: FRAME_TYPES.settings, flags: FLAGS.ack, streamId: 0 }, Buffer.of()),
    );
  }

  #fail(error: Error): void {
    this.#reset = error;
    for (const { done } of this.#waiting.values()) done.reject(this.#reset);
  }
}

function messagesIn(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 5 <= body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    if (end > body.length) break;
    messages.push(body.subarray(at + 5, end));
    at = end;
  }
  return messages;
}
