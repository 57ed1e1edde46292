import { Http2Malformed } from './authority-repair.errors.ts';
import type { Http2Frame } from './frame-reader.ts';
import { HeaderBlock } from './header-block.ts';
import { type HeaderField, HpackDecoder } from './hpack-decoder.ts';
import { FRAME_TYPES } from './http2-frame.ts';

export interface ReadHeaders {
  readonly block: HeaderBlock;
  readonly fields: readonly HeaderField[];
}

/** Reads the header blocks, requests and trailers, out of a client's frames. */
export class ClientHeaders {
  readonly #decoder = new HpackDecoder();
  #block: HeaderBlock | undefined;

  /** `partial` where more frames of the block are to come; `none` for a frame without headers. */
  read({ header, payload }: Http2Frame): ReadHeaders | 'partial' | 'none' {
    if (this.#block !== undefined) this.#block.continue(header, payload);
    else if (header.type === FRAME_TYPES.headers) this.#block = new HeaderBlock(header, payload);
    else return assertWithoutHeaders(header.type);
    if (!this.#block.isComplete) return 'partial';
    const block = this.#block;
    this.#block = undefined;
    return { block, fields: this.#decoder.decode(block.block) };
  }
}

function assertWithoutHeaders(type: number): 'none' {
  if (type === FRAME_TYPES.continuation || type === FRAME_TYPES.pushPromise) {
    throw new Http2Malformed('a client sends headers that belong to nothing');
  }
  return 'none';
}
