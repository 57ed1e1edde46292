import { Http2Malformed } from './authority-repair.errors.ts';
import { decodeHuffman } from './hpack-huffman.ts';
import { STATIC_TABLE } from './hpack-static-table.ts';

/** One octet a character. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** RFC 7541, 7.1.3: not to be put into any table on its way. */
  readonly isSensitive: boolean;
}

/** As our SETTINGS leave it (RFC 9113, 6.5.2: SETTINGS_HEADER_TABLE_SIZE), so no client goes beyond. */
const TABLE_BYTES_MAX = 4096;
/** RFC 7541, 4.1: what an entry counts for beside its text. */
const FIELD_OVERHEAD_BYTES = 32;
/** Node's HTTP/2 takes less. It bounds what a few bytes that point into the table can grow to. */
const LIST_BYTES_MAX = 65_536;

/** The header blocks of one client, in their order: each one depends on those before it (RFC 7541). */
export class HpackDecoder {
  /** The newest entry first. */
  #entries: HeaderField[] = [];
  #tableBytes = 0;
  #tableBytesMax = TABLE_BYTES_MAX;

  /** Throws `Http2Malformed`, after which the connection has no meaning any more. */
  decode(block: Uint8Array): readonly HeaderField[] {
    const reader = new BlockReader(block);
    while (reader.peek(0b1110_0000) === 0b0010_0000) this.#resize(reader.integer(5));
    const fields: HeaderField[] = [];
    let listBytes = 0;
    while (!reader.isEmpty) {
      const field = this.#readField(reader);
      listBytes += bytesOf(field);
      if (listBytes > LIST_BYTES_MAX) throw new Http2Malformed('a header list is too long');
      fields.push(field);
    }
    return fields;
  }

  #readField(reader: BlockReader): HeaderField {
    if (reader.peek(0b1000_0000) !== 0) return { ...this.#entry(reader.integer(7)), isSensitive: false };
    if (reader.peek(0b0100_0000) !== 0) {
      const field = this.#readLiteral(reader, { prefixBits: 6, isSensitive: false });
      this.#add(field);
      return field;
    }
    if (reader.peek(0b0010_0000) !== 0) {
      throw new Http2Malformed('a table is resized in the middle of a header block');
    }
    return this.#readLiteral(reader, { prefixBits: 4, isSensitive: reader.peek(0b0001_0000) !== 0 });
  }

  #readLiteral(reader: BlockReader, form: { prefixBits: number; isSensitive: boolean }): HeaderField {
    const index = reader.integer(form.prefixBits);
    const name = index === 0 ? reader.string() : this.#entry(index).name;
    return { name, value: reader.string(), isSensitive: form.isSensitive };
  }

  #entry(index: number): HeaderField {
    const fixed = STATIC_TABLE[index - 1];
    if (fixed !== undefined) return { name: fixed[0], value: fixed[1], isSensitive: false };
    const entry = this.#entries[index - 1 - STATIC_TABLE.length];
    if (entry === undefined) throw new Http2Malformed('a header points beside the table');
    return entry;
  }

  #add(field: HeaderField): void {
    this.#entries.unshift(field);
    this.#tableBytes += bytesOf(field);
    this.#evict();
  }

  #resize(bytes: number): void {
    if (bytes > TABLE_BYTES_MAX) throw new Http2Malformed('a header table is resized beyond what we take');
    this.#tableBytesMax = bytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#tableBytesMax) {
      const oldest = this.#entries.pop();
      if (oldest === undefined) return;
      this.#tableBytes -= bytesOf(oldest);
    }
  }
}

function bytesOf({ name, value }: HeaderField): number {
  return name.length + value.length + FIELD_OVERHEAD_BYTES;
}

class BlockReader {
  readonly #block: Uint8Array;
  #at = 0;

  constructor(block: Uint8Array) {
    this.#block = block;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#block.length;
  }

  /** The bits of the next octet under the mask; 0 where there is none. */
  peek(mask: number): number {
    return (this.#block[this.#at] ?? 0) & mask;
  }

  /** RFC 7541, 5.1; nothing that we take is longer than 2^21. */
  integer(prefixBits: number): number {
    const prefixMax = 2 ** prefixBits - 1;
    let value = this.#octet() & prefixMax;
    if (value < prefixMax) return value;
    for (let shift = 0; shift <= 14; shift += 7) {
      const octet = this.#octet();
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    throw new Http2Malformed('a number in a header block is too large');
  }

  string(): string {
    const isHuffman = this.peek(0x80) !== 0;
    const length = this.integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw new Http2Malformed('a string in a header block has no end');
    const octets = this.#block.subarray(this.#at, end);
    this.#at = end;
    return isHuffman ? decodeHuffman(octets) : Buffer.from(octets).toString('latin1');
  }

  #octet(): number {
    const octet = this.#block[this.#at];
    if (octet === undefined) throw new Http2Malformed('a header block has no end');
    this.#at += 1;
    return octet;
  }
}
