import { Http2Malformed } from './authority-repair.errors.ts';

/** RFC 9113, 3.4: what every client says first. */
export const CLIENT_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** RFC 9113, 4.1. */
export const FRAME_HEADER_BYTES = 9;
/** RFC 9113, 4.2: no client sends more without being told that it may. */
export const FRAME_BYTES_MAX = 16_384;

export const FRAME_TYPES = { headers: 1, settings: 4, pushPromise: 5, ping: 6, continuation: 9 } as const;
export const FLAGS = { ack: 0x01, endStream: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

export interface FrameHeader {
  readonly bytes: number;
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

export function readFrameHeader(header: Buffer): FrameHeader {
  const bytes = header.readUIntBE(0, 3);
  if (bytes > FRAME_BYTES_MAX) throw new Http2Malformed('a frame is too long');
  return {
    bytes,
    type: header.readUInt8(3),
    flags: header.readUInt8(4),
    streamId: header.readUInt32BE(5) & 0x7fff_ffff,
  };
}

export function encodeFrame(frame: Omit<FrameHeader, 'bytes'>, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(frame.type, 3);
  header.writeUInt8(frame.flags, 4);
  header.writeUInt32BE(frame.streamId, 5);
  return Buffer.concat([header, payload]);
}
