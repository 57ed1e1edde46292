import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Http2Malformed } from './authority-repair.errors.ts';
import { ClientGreeting } from './client-greeting.ts';
import { ClientHeaders } from './client-headers.ts';
import { FrameReader } from './frame-reader.ts';
import { HeaderRepair } from './header-repair.ts';
import { encodeLiterals } from './hpack-literals.ts';
import { CLIENT_PREFACE, encodeFrame, FLAGS, FRAME_TYPES } from './http2-frame.ts';

const SETTINGS = encodeFrame({ type: FRAME_TYPES.settings, flags: 0, streamId: 0 }, Buffer.of());
const ACK = encodeFrame({ type: FRAME_TYPES.settings, flags: FLAGS.ack, streamId: 0 }, Buffer.of());
const data = (bytes: Uint8Array) => encodeFrame({ type: 0, flags: 0, streamId: 1 }, bytes);
const plain = (entries: [string, string][]) =>
  encodeLiterals(entries.map(([name, value]) => ({ name, value, isSensitive: false })));

interface Request {
  readonly authority: string;
  readonly streamId?: number;
  readonly extra?: [string, string][];
  /** Bytes of padding, and whether there is a priority, and where the block is cut into frames. */
  readonly padding?: number | undefined;
  readonly isPrioritized?: boolean;
  readonly cutAt?: number | undefined;
}

function request({ authority, streamId = 1, extra = [], padding, isPrioritized, cutAt }: Request): Buffer {
  const block = plain([[':method', 'POST'], [':authority', authority], ...extra]);
  const [head, tail] = [block.subarray(0, cutAt ?? block.length), block.subarray(cutAt ?? block.length)];
  const flags =
    (padding === undefined ? 0 : FLAGS.padded) |
    (isPrioritized ? FLAGS.priority : 0) |
    (cutAt === undefined ? FLAGS.endHeaders : 0);
  const payload = Buffer.concat([
    Buffer.from(padding === undefined ? [] : [padding]),
    isPrioritized ? Buffer.from([0, 0, 0, 0, 15]) : Buffer.of(),
    head,
    Buffer.alloc(padding ?? 0),
  ]);
  const first = encodeFrame({ type: FRAME_TYPES.headers, flags, streamId }, payload);
  if (cutAt === undefined) return first;
  const rest = { type: FRAME_TYPES.continuation, flags: FLAGS.endHeaders, streamId };
  return Buffer.concat([first, encodeFrame(rest, tail)]);
}

const connection = (...frames: Buffer[]) => Buffer.concat([CLIENT_PREFACE, SETTINGS, ...frames]);

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

function repaired(chunks: readonly Buffer[]): Buffer {
  const repair = new HeaderRepair();
  return Buffer.concat(chunks.flatMap((chunk) => [...repair.repair(chunk)]));
}

function fieldsIn(bytes: Buffer): string[][][] {
  const headers = new ClientHeaders();
  return [...new FrameReader().read(bytes)].flatMap((frame) => {
    const read = frame.header === undefined ? 'none' : headers.read(frame);
    return typeof read === 'object' ? [read.fields.map(({ name, value }) => [name, value])] : [];
  });
}

const anyRequest = fc.record({
  authority: fc.constantFrom('/run/api.sock', 'unix:/a', '', 'localhost', '%2Ftmp%2Fx.sock'),
  extra: fc.array(fc.tuple(fc.stringMatching(/^x-[a-z]+$/), fc.string({ unit: 'binary-ascii' })), {
    maxLength: 5,
  }),
  padding: fc.option(fc.nat(255), { nil: undefined }),
  isPrioritized: fc.boolean(),
  cutAt: fc.option(fc.nat(20), { nil: undefined }),
});

describe('HeaderRepair', () => {
  it('replaces only an authority that would be refused, in every request of a connection', () => {
    const bytes = connection(
      request({ authority: '/run/api.sock', streamId: 1, extra: [['x-a', '1']] }),
      data(Buffer.from('body')),
      request({ authority: 'good.test:50051', streamId: 3 }),
      request({ authority: '', streamId: 5 }),
    );
    expect(fieldsIn(repaired([bytes]))).toEqual([
      [
        [':method', 'POST'],
        [':authority', 'localhost'],
        ['x-a', '1'],
      ],
      [
        [':method', 'POST'],
        [':authority', 'good.test:50051'],
      ],
      [
        [':method', 'POST'],
        [':authority', 'localhost'],
      ],
    ]);
  });

  it('gives the same bytes wherever its input is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyRequest, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(100_000), { maxLength: 30 }),
        (requests, places) => {
          const bytes = connection(...requests.map(request));
          expect(repaired(cut(bytes, places))).toEqual(repaired([bytes]));
        },
      ),
    );
  });

  it('keeps stream, priority and end of stream, and leaves padding out', () => {
    const bytes = connection(request({ authority: '/x', padding: 9, isPrioritized: true, cutAt: 3 }));
    const frames = [...new FrameReader().read(repaired([bytes]))].slice(2);
    expect(frames.map(({ header }) => header)).toEqual([
      {
        type: FRAME_TYPES.headers,
        flags: FLAGS.priority | FLAGS.endHeaders,
        streamId: 1,
        bytes: expect.any(Number),
      },
    ]);
    expect(fieldsIn(repaired([bytes]))).toEqual([
      [
        [':method', 'POST'],
        [':authority', 'localhost'],
      ],
    ]);
  });

  it('leaves every other frame as it is, byte for byte', () => {
    const frame = fc
      .record({
        type: fc.constantFrom(0, 2, 3, 4, 6, 7, 8, 77),
        flags: fc.nat(255),
        streamId: fc.nat(0x7fff_ffff),
      })
      .chain((header) => fc.uint8Array({ maxLength: 400 }).map((payload) => encodeFrame(header, payload)));
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.nat(100_000)), (frames, places) => {
        const bytes = connection(...frames);
        expect(repaired(cut(bytes, places))).toEqual(bytes);
      }),
    );
  });

  it('cuts a block that grows beyond a frame into several', () => {
    const extra = Array.from({ length: 4 }, (_, index): [string, string] => [`x-${index}`, 'v'.repeat(8000)]);
    const block = plain([[':authority', '/x'], ...extra]);
    const headers = encodeFrame(
      { type: FRAME_TYPES.headers, flags: 0, streamId: 1 },
      block.subarray(0, 16_000),
    );
    const middle = { type: FRAME_TYPES.continuation, flags: 0, streamId: 1 };
    const end = { ...middle, flags: FLAGS.endHeaders };
    const bytes = connection(
      headers,
      encodeFrame(middle, block.subarray(16_000, 32_000)),
      encodeFrame(end, block.subarray(32_000)),
    );
    const frames = [...new FrameReader().read(repaired([bytes]))].slice(2);
    expect(frames.map(({ header }) => header?.type)).toEqual([1, 9]);
    expect(fieldsIn(repaired([bytes]))).toEqual([[[':authority', 'localhost'], ...extra]]);
  });

  it('refuses garbage behind the preface with its own error, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.array(fc.nat(1000)), (garbage, places) => {
        try {
          repaired(cut(connection(request({ authority: '/x' }), Buffer.from(garbage)), places));
        } catch (error) {
          expect(error).toBeInstanceOf(Http2Malformed);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a preface of something else', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a frame that is too long', connection(Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1]))],
    [
      'a header block that is interrupted',
      connection(request({ authority: '/x', cutAt: 3 }).subarray(0, 12), data(Buffer.of())),
    ],
    ['a CONTINUATION of nothing', connection(encodeFrame({ type: 9, flags: 4, streamId: 1 }, Buffer.of()))],
    ['padding beyond the end', connection(encodeFrame({ type: 1, flags: 12, streamId: 1 }, Buffer.of(5)))],
    [
      'CONTINUATIONs without end',
      connection(
        encodeFrame({ type: 1, flags: 0, streamId: 1 }, Buffer.of()),
        ...Array.from({ length: 8000 }, () => encodeFrame({ type: 9, flags: 0, streamId: 1 }, Buffer.of())),
      ),
    ],
  ])('refuses %s', (_what, bytes) => {
    expect(() => repaired([bytes])).toThrow(Http2Malformed);
  });
});

describe('ClientGreeting', () => {
  const greet = (chunks: readonly Buffer[]) => {
    const greeting = new ClientGreeting();
    const answers = Buffer.concat(chunks.map((chunk) => greeting.read(chunk)));
    return { greeting, answers };
  };

  it('knows a sound client from one to repair, wherever its bytes are cut, and keeps all of them', () => {
    fc.assert(
      fc.property(anyRequest, fc.boolean(), fc.array(fc.nat(10_000)), (sent, isAckFirst, places) => {
        const frames = isAckFirst ? [ACK, request(sent)] : [request(sent), ACK];
        const { greeting } = greet(cut(connection(...frames, data(Buffer.from('body'))), places));
        expect(greeting.isComplete).toBe(true);
        expect(greeting.isRefused).toBe(!/^[\w%.]+$/.test(sent.authority));
        // All but the acknowledgement, which answers what the HTTP/2 server has never sent.
        expect(greeting.bytes).toEqual(connection(request(sent), data(Buffer.from('body'))));
      }),
    );
  });

  it('takes away the first acknowledgement only: the next one is for the HTTP/2 server', () => {
    const { greeting } = greet([connection(ACK, request({ authority: 'localhost' }), ACK)]);
    expect(greeting.bytes).toEqual(connection(request({ authority: 'localhost' }), ACK));
  });

  it('answers a PING that comes before the first request', () => {
    const ping = { type: FRAME_TYPES.ping, flags: 0, streamId: 0 };
    const { greeting, answers } = greet([connection(encodeFrame(ping, Buffer.from('12345678')))]);
    expect(answers).toEqual(encodeFrame({ ...ping, flags: FLAGS.ack }, Buffer.from('12345678')));
    expect(greeting.isComplete).toBe(false);
    expect(greeting.bytes).toEqual(connection());
  });

  it('does not listen without end to a client that makes no request', () => {
    const window = encodeFrame({ type: 8, flags: 0, streamId: 0 }, Buffer.from([0, 0, 0, 1]));
    expect(() => greet([connection(...Array.from({ length: 25_000 }, () => window))])).toThrow(
      Http2Malformed,
    );
  });
});
