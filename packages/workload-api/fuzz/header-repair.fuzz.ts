import { connect } from 'node:http2';
import { Duplex } from 'node:stream';
import { mutatedBytes, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAuthorityRefused } from '../src/authority-repair/authority.ts';
import { ClientGreeting } from '../src/authority-repair/client-greeting.ts';
import { ClientHeaders } from '../src/authority-repair/client-headers.ts';
import { FrameReader } from '../src/authority-repair/frame-reader.ts';
import { HeaderRepair } from '../src/authority-repair/header-repair.ts';
import { type HeaderField, HpackDecoder } from '../src/authority-repair/hpack-decoder.ts';
import { CLIENT_PREFACE, encodeFrame, FLAGS, FRAME_TYPES } from '../src/authority-repair/http2-frame.ts';

const MALFORMED = 'workload-api.http2-malformed';

/** What nghttp2 writes for some gRPC calls: Huffman codes, and a table that later blocks point into. */
async function written(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const wire = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const session = connect('http://localhost', { createConnection: () => wire });
  session.on('error', () => {});
  for (const path of ['FetchX509SVID', 'FetchX509SVID', 'FetchJWTBundles']) {
    const call = session.request({
      ':method': 'POST',
      ':path': `/SpiffeWorkloadAPI/${path}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'workload.spiffe.io': 'true',
    });
    call.on('error', () => {});
    call.end(Buffer.alloc(5));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  session.destroy();
  return Buffer.concat(chunks);
}

const connection = await written();
const blocks = [...new FrameReader().read(connection)].flatMap((frame) =>
  frame.header !== undefined && frame.header.type === FRAME_TYPES.headers ? [frame.payload] : [],
);

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % Math.max(bytes.length, 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

function repaired(chunks: readonly Buffer[]): Buffer {
  const repair = new HeaderRepair();
  return Buffer.concat(chunks.flatMap((chunk) => [...repair.repair(chunk)]));
}

function headersIn(bytes: Buffer): (readonly HeaderField[])[] {
  const headers = new ClientHeaders();
  return [...new FrameReader().read(bytes)].flatMap((frame) => {
    const read = frame.header === undefined ? 'none' : headers.read(frame);
    return typeof read === 'object' ? [read.fields] : [];
  });
}

/** Header blocks that were changed, in frames whose lengths are right: the decoder has to refuse. */
const changedBlocks = fc
  .tuple(...blocks.map((block) => fc.oneof(fc.constant(block), mutatedBytes(block))))
  .map((changed) =>
    Buffer.concat([
      CLIENT_PREFACE,
      encodeFrame({ type: FRAME_TYPES.settings, flags: 0, streamId: 0 }, Buffer.of()),
      ...changed.map((block, index) => {
        const flags = FLAGS.endHeaders | FLAGS.endStream;
        return encodeFrame({ type: FRAME_TYPES.headers, flags, streamId: 2 * index + 1 }, block);
      }),
    ]),
  );
const connections = fc.oneof(
  changedBlocks,
  mutatedBytes(connection).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.concat([CLIENT_PREFACE, bytes])),
);
const places = fc.array(fc.nat(100_000), { maxLength: 20 });

describe('the bytes of a client', () => {
  it('control: those of a sound client are repaired into ones that say the same', async () => {
    expect(blocks).toHaveLength(3);
    expect(headersIn(repaired([connection])).map((fields) => fields.length)).toEqual(
      headersIn(connection).map((fields) => fields.length),
    );
  });

  it('are repaired or refused; what comes out has no authority that HTTP/2 would refuse', async () => {
    await fc.assert(
      fc.asyncProperty(connections, places, async (bytes, at) => {
        const whole = await outcomeOf(() => repaired([bytes]));
        expect(['accepted', MALFORMED]).toContain(whole);
        expect(await outcomeOf(() => repaired(cut(bytes, at)))).toBe(whole);
        if (whole !== 'accepted') return;
        expect(repaired(cut(bytes, at))).toEqual(repaired([bytes]));
        for (const fields of headersIn(repaired([bytes]))) expect(isAuthorityRefused(fields)).toBe(false);
      }),
    );
  });

  it('are a greeting or refused, and none of them is lost', async () => {
    await fc.assert(
      fc.asyncProperty(connections, places, async (bytes, at) => {
        const greeting = new ClientGreeting();
        const outcome = await outcomeOf(() => {
          for (const chunk of cut(bytes, at)) greeting.read(chunk);
        });
        expect(['accepted', MALFORMED]).toContain(outcome);
        expect(greeting.bytes.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('of one block after the other are decoded or refused', async () => {
    const block = fc.oneof(fc.uint8Array({ maxLength: 200 }), ...blocks.map((good) => mutatedBytes(good)));
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 5 }), async (changed) => {
        const decoder = new HpackDecoder();
        const outcome = await outcomeOf(() => changed.map((bytes) => decoder.decode(bytes)));
        expect(['accepted', MALFORMED]).toContain(outcome);
      }),
    );
  });
});
