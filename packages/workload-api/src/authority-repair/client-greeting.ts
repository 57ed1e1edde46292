import { isAuthorityRefused } from './authority.ts';
import { Http2Malformed } from './authority-repair.errors.ts';
import { ClientHeaders } from './client-headers.ts';
import { FrameReader, type Http2Frame } from './frame-reader.ts';
import { encodeFrame, FLAGS, FRAME_HEADER_BYTES, FRAME_TYPES } from './http2-frame.ts';

/**
 * Well above what a client may send before our HTTP/2 gives it more window: 65,535 bytes of data, and
 * one header block.
 */
const GREETING_BYTES_MAX = 262_144;

/** A server's preface (RFC 9113, 3.4) that asks for nothing. Clients wait for it before their first request. */
export const SERVER_GREETING = encodeFrame(
  { type: FRAME_TYPES.settings, flags: 0, streamId: 0 },
  Buffer.of(),
);

/**
 * What a client says up to its first request, read in the place of the HTTP/2 server that it is for:
 * complete when the first headers are there, and the client's answer to our `SERVER_GREETING`, which
 * that server must not see.
 */
export class ClientGreeting {
  readonly #reader = new FrameReader();
  readonly #headers = new ClientHeaders();
  readonly #kept: Buffer[] = [];
  #readBytes = 0;
  #isAcknowledged = false;
  #isRefused: boolean | undefined;

  get isComplete(): boolean {
    return this.#isAcknowledged && this.#isRefused !== undefined;
  }

  /** The authority of the first request is one that the HTTP/2 server would refuse. */
  get isRefused(): boolean {
    return this.#isRefused === true;
  }

  /** All that the HTTP/2 server is to read, as it came. */
  get bytes(): Buffer {
    return Buffer.concat([...this.#kept, this.#reader.rest]);
  }

  /** Returns what is to be answered at once. Throws `Http2Malformed`. */
  read(chunk: Buffer): Buffer {
    this.#readBytes += chunk.length;
    if (this.#readBytes > GREETING_BYTES_MAX) throw new Http2Malformed('the client greets for too long');
    const answers: Buffer[] = [];
    for (const frame of this.#reader.read(chunk)) {
      if (frame.header !== undefined && this.#isForUs(frame)) answers.push(answerTo(frame));
      else this.#keep(frame);
    }
    return Buffer.concat(answers);
  }

  #isForUs({ header: { type, flags } }: Http2Frame): boolean {
    if (this.isComplete) return false;
    const isAck = (flags & FLAGS.ack) !== 0;
    return (
      (type === FRAME_TYPES.ping && !isAck) || (type === FRAME_TYPES.settings && isAck && this.#acknowledge())
    );
  }

  #acknowledge(): boolean {
    const isFirst = !this.#isAcknowledged;
    this.#isAcknowledged = true;
    return isFirst;
  }

  #keep(frame: Http2Frame | { readonly header: undefined; readonly raw: Buffer }): void {
    this.#kept.push(frame.raw);
    if (frame.header === undefined || this.#isRefused !== undefined) return;
    const read = this.#headers.read(frame);
    if (typeof read === 'object') this.#isRefused = isAuthorityRefused(read.fields);
  }
}

/** RFC 9113, 6.7: a PING comes back as it is. An acknowledgement needs no answer. */
function answerTo({ header, raw }: Http2Frame): Buffer {
  if (header.type !== FRAME_TYPES.ping) return Buffer.of();
  return encodeFrame({ ...header, flags: FLAGS.ack }, raw.subarray(FRAME_HEADER_BYTES));
}
