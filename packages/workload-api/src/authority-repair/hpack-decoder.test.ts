import { connect } from 'node:http2';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Http2Malformed } from './authority-repair.errors.ts';
import { ClientHeaders } from './client-headers.ts';
import { FrameReader } from './frame-reader.ts';
import { type HeaderField, HpackDecoder } from './hpack-decoder.ts';
import { encodeLiterals } from './hpack-literals.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const pairs = (fields: readonly HeaderField[]) => fields.map(({ name, value }) => [name, value]);

/** What Node's own HTTP/2 client, which is nghttp2, writes for these requests. */
async function requestsOf(headers: readonly Record<string, string>[]): Promise<Buffer> {
  const written: Buffer[] = [];
  const wire = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk);
      done();
    },
  });
  const session = connect('http://localhost', { createConnection: () => wire });
  session.on('error', () => {});
  for (const each of headers) session.request(each).on('error', () => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  session.destroy();
  return Buffer.concat(written);
}

function headersIn(bytes: Buffer): (readonly HeaderField[])[] {
  const headers = new ClientHeaders();
  return [...new FrameReader().read(bytes)].flatMap((frame) => {
    const read = frame.header === undefined ? 'none' : headers.read(frame);
    return typeof read === 'object' ? [read.fields] : [];
  });
}

describe('HpackDecoder', () => {
  it('reads the requests of RFC 7541, Appendix C.4: Huffman codes, and a table that fills up', () => {
    const decoder = new HpackDecoder();
    const first = decoder.decode(hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'));
    expect(pairs(first)).toEqual([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ]);
    const second = decoder.decode(hex('8286 84be 5886 a8eb 1064 9cbf'));
    expect(pairs(second).slice(3)).toEqual([
      [':authority', 'www.example.com'],
      ['cache-control', 'no-cache'],
    ]);
    const third = decoder.decode(hex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'));
    expect(pairs(third)).toEqual([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/index.html'],
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ]);
  });

  it('reads what nghttp2 writes, request after request, as nghttp2 was given it', async () => {
    const name = fc.stringMatching(/^x-[a-z]{1,8}$/);
    const value = fc.stringMatching(/^[!-~]{1,60}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(name, value), { minLength: 1, maxLength: 8 }), async (sent) => {
        const read = headersIn(await requestsOf(sent.map((headers) => ({ ':path': '/p', ...headers }))));
        const custom = read.map((fields) =>
          Object.fromEntries(pairs(fields).filter(([field]) => field?.startsWith('x-'))),
        );
        expect(custom).toEqual(sent.map((headers) => ({ ...headers })));
      }),
      { numRuns: 15 },
    );
  });

  it('reads back literals, whatever octets they hold', () => {
    const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    const fields = fc.array(fc.record({ name: octets, value: octets, isSensitive: fc.boolean() }));
    fc.assert(
      fc.property(fields, (sent) => {
        expect(new HpackDecoder().decode(encodeLiterals(sent))).toEqual(sent);
      }),
    );
  });

  it('refuses garbage with its own error, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder();
        try {
          for (const block of blocks) decoder.decode(block);
        } catch (error) {
          expect(error).toBeInstanceOf(Http2Malformed);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    [
      'a few bytes that point at a large entry again and again',
      `40 01 61 7f 81 1f ${'62'.repeat(4000)} ${'be'.repeat(64)}`,
    ],
    ['a table that is resized beyond what we said', '3f e2 1f'],
    ['a table that is resized in the middle of a block', '82 20'],
    ['a pointer beside the table', 'be'],
    ['a pointer to nothing', '80'],
    ['a number without an end', '7f ff ff ff ff ff 01'],
    ['a string without an end', '00 05 61'],
    ['the end of string as a Huffman code', '00 84 ff ff ff ff 01 61'],
    ['Huffman padding of zeros', '00 81 18 01 61'],
    ['Huffman padding of eight bits', '00 82 1f ff 01 61'],
  ])('refuses %s', (_what, block) => {
    expect(() => new HpackDecoder().decode(hex(block))).toThrow(Http2Malformed);
  });
});
