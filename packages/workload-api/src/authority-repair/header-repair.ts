import { repairAuthority } from './authority.ts';
import { ClientHeaders } from './client-headers.ts';
import { FrameReader } from './frame-reader.ts';
import { encodeLiterals } from './hpack-literals.ts';

/** Turns the bytes of a client into the same ones with every refused authority repaired. */
export class HeaderRepair {
  readonly #reader = new FrameReader();
  readonly #headers = new ClientHeaders();

  /**
   * Frame by frame, each when it is asked for: a few bytes that point into a header table can grow to
   * many. Throws `Http2Malformed`.
   */
  *repair(chunk: Buffer): Generator<Buffer> {
    for (const frame of this.#reader.read(chunk)) {
      const read = frame.header === undefined ? 'none' : this.#headers.read(frame);
      if (read === 'none') yield frame.raw;
      // Written anew even where nothing was wrong with it: the tables of both ends have parted.
      else if (read !== 'partial') yield read.block.frames(encodeLiterals(repairAuthority(read.fields)));
    }
  }
}
