import { Http2Malformed } from './authority-repair.errors.ts';
import { CLIENT_PREFACE, FRAME_HEADER_BYTES, type FrameHeader, readFrameHeader } from './http2-frame.ts';

export interface Http2Frame {
  readonly header: FrameHeader;
  readonly payload: Buffer;
  /** The frame as it came. */
  readonly raw: Buffer;
}

/** Cuts a client's bytes, which may be split anywhere, into its preface and whole frames. Holds one frame at most. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #hasPreface = false;

  /** What is not a whole frame yet. */
  get rest(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** The preface comes as a frame without a header. Each frame is read when it is asked for. */
  *read(chunk: Buffer): Generator<Http2Frame | { readonly header: undefined; readonly raw: Buffer }> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (!this.#hasPreface) {
      const raw = this.#take(CLIENT_PREFACE.length);
      if (raw === undefined) return;
      if (!raw.equals(CLIENT_PREFACE)) throw new Http2Malformed('the client does not speak HTTP/2');
      this.#hasPreface = true;
      yield { header: undefined, raw };
    }
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
  }

  #next(): Http2Frame | undefined {
    const start = this.#peek(FRAME_HEADER_BYTES);
    if (start === undefined) return undefined;
    const header = readFrameHeader(start);
    const raw = this.#take(FRAME_HEADER_BYTES + header.bytes);
    return raw && { header, payload: raw.subarray(FRAME_HEADER_BYTES), raw };
  }

  #take(bytes: number): Buffer | undefined {
    const taken = this.#peek(bytes);
    if (taken === undefined) return undefined;
    const rest = this.#chunks[0]?.subarray(bytes);
    this.#chunks = rest === undefined || rest.length === 0 ? [] : [rest];
    this.#bytes -= bytes;
    return taken;
  }

  /** Joins what came in pieces only when there is enough of it, so that single bytes cost no more than they are. */
  #peek(bytes: number): Buffer | undefined {
    if (this.#bytes < bytes) return undefined;
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]?.subarray(0, bytes);
  }
}
