import { Http2Malformed } from './authority-repair.errors.ts';
import {
  encodeFrame,
  FLAGS,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  FRAME_TYPES,
  type FrameHeader,
} from './http2-frame.ts';

/** Room for every header that Node's HTTP/2 takes; more is kept of nobody. */
const BLOCK_BYTES_MAX = 65_536;
const PRIORITY_BYTES = 5;

/** HEADERS and the CONTINUATIONs behind it, put together (RFC 9113, 6.2 and 6.10). */
export class HeaderBlock {
  readonly streamId: number;
  readonly #endStream: number;
  readonly #priority: Buffer;
  readonly #fragments: Buffer[];
  #bytes: number;
  #isComplete: boolean;

  constructor(frame: FrameHeader, payload: Buffer) {
    const { priority, fragment } = openHeaders(frame, payload);
    this.streamId = frame.streamId;
    this.#endStream = frame.flags & FLAGS.endStream;
    this.#priority = priority;
    this.#fragments = [fragment];
    this.#bytes = fragment.length;
    this.#isComplete = (frame.flags & FLAGS.endHeaders) !== 0;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** As compressed by the client. */
  get block(): Buffer {
    return Buffer.concat(this.#fragments);
  }

  /** RFC 9113, 6.10: nothing else may come in between. */
  continue(frame: FrameHeader, payload: Buffer): void {
    if (frame.type !== FRAME_TYPES.continuation || frame.streamId !== this.streamId) {
      throw new Http2Malformed('a header block is interrupted');
    }
    // Empty frames count too, or there could be any number of them.
    this.#bytes += payload.length + FRAME_HEADER_BYTES;
    if (this.#bytes > BLOCK_BYTES_MAX) throw new Http2Malformed('a header block is too long');
    this.#fragments.push(payload);
    this.#isComplete = (frame.flags & FLAGS.endHeaders) !== 0;
  }

  /** The frames that carry this block in the place of the client's own; padding is left out. */
  frames(block: Buffer): Buffer {
    const rest = Buffer.concat([this.#priority, block]);
    const frames: Buffer[] = [];
    for (let start = 0; start === 0 || start < rest.length; start += FRAME_BYTES_MAX) {
      const isLast = start + FRAME_BYTES_MAX >= rest.length;
      const first = this.#endStream | (this.#priority.length > 0 ? FLAGS.priority : 0);
      const flags = (start === 0 ? first : 0) | (isLast ? FLAGS.endHeaders : 0);
      const type = start === 0 ? FRAME_TYPES.headers : FRAME_TYPES.continuation;
      const payload = rest.subarray(start, start + FRAME_BYTES_MAX);
      frames.push(encodeFrame({ type, flags, streamId: this.streamId }, payload));
    }
    return Buffer.concat(frames);
  }
}

function openHeaders({ flags, streamId }: FrameHeader, payload: Buffer) {
  if (streamId === 0) throw new Http2Malformed('headers belong to no stream');
  const isPadded = (flags & FLAGS.padded) !== 0;
  const priorityStart = isPadded ? 1 : 0;
  const fragmentStart = priorityStart + ((flags & FLAGS.priority) === 0 ? 0 : PRIORITY_BYTES);
  const fragmentEnd = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
  if (fragmentStart > fragmentEnd) throw new Http2Malformed('headers are padded beyond their end');
  return {
    priority: payload.subarray(priorityStart, fragmentStart),
    fragment: payload.subarray(fragmentStart, fragmentEnd),
  };
}
