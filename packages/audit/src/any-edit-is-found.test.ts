import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { chain, emptyHead, type Head } from './chain.ts';
import { checkpoint, signCheckpoint } from './checkpoint.ts';
import { sealLine } from './sealed-line.ts';
import type { Verdict } from './verdict.ts';
import { verifyAuditLog } from './verify-audit-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'edits-'));
const file = join(folder, 'audit.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];
const count = 8;
const time = '2026-11-24T12:00:00.000Z';

/** Both kinds of lines: as the issuer writes them, and as the network does. */
const kinds: Record<string, (n: number, head: Head) => { line: string; head: Head }> = {
  sealed: (n, head) => sealLine(JSON.stringify({ n, time, text: 'ü"\u2028}' }), head),
  record: (n, head) => {
    const chained = chain({ n, atMs: 0, text: 'ü"\u2028}' }, head);
    return { line: `${JSON.stringify(chained)}\n`, head: chained };
  },
};

function write(kind: string, bodies: readonly number[], from: Head = emptyHead): string[] {
  let head = from;
  return bodies.map((n) => {
    const made = kinds[kind]?.(n, head) ?? { line: '', head };
    head = made.head;
    return made.line;
  });
}

const place = fc.integer({ min: 0, max: count - 1 });

/** What an edit makes of the lines. Pure: the test itself finds where the first difference is. */
type Edit = (lines: readonly string[], kind: string) => string;
const edits: Record<string, fc.Arbitrary<Edit>> = {
  'a flipped byte': fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => (lines) => {
    const bytes = Buffer.from(lines.join(''));
    const i = at % bytes.length;
    bytes[i] = (bytes[i] ?? 0) ^ mask;
    return bytes.toString('latin1');
  }),
  'a dropped line': place.map((at) => (lines) => lines.toSpliced(at, 1).join('')),
  'two swapped lines': fc.tuple(place, place).map(([a, b]) => (lines) => {
    const [lineA = '', lineB = ''] = [lines[a], lines[b]];
    return lines.with(a, lineB).with(b, lineA).join('');
  }),
  'a moved line': fc.tuple(place, place).map(
    ([from, to]) =>
      (lines) =>
        lines
          .toSpliced(from, 1)
          .toSpliced(to, 0, lines[from] ?? '')
          .join(''),
  ),
  'a copied line': fc.tuple(place, place).map(
    ([from, to]) =>
      (lines) =>
        lines.toSpliced(to, 0, lines[from] ?? '').join(''),
  ),
  'an inserted line that fits what is before it': place.map((at) => (lines, kind) => {
    const before = write(kind, [...lines.keys()].slice(0, at));
    const head = headAfter(kind, at);
    return [...before, ...write(kind, [99], head), ...lines.slice(at)].join('');
  }),
  'an inserted line of rubbish': fc.tuple(place, fc.string({ unit: 'grapheme-ascii', minLength: 1 })).map(
    ([at, text]) =>
      (lines) =>
        lines.toSpliced(at, 0, `${text}\n`).join(''),
  ),
  'a record hashed anew': place.map((at) => (lines, kind) => {
    const [anew = ''] = write(kind, [99], headAfter(kind, at));
    return lines.with(at, anew).join('');
  }),
  'a cut': fc.nat().map((at) => (lines) => {
    const bytes = Buffer.from(lines.join(''));
    return bytes.subarray(0, at % bytes.length).toString('latin1');
  }),
};

function headAfter(kind: string, records: number): Head {
  let head = emptyHead;
  for (let n = 0; n < records; n++) head = kinds[kind]?.(n, head).head ?? head;
  return head;
}

describe.each(Object.keys(kinds))('in a log of %s lines', (kind) => {
  const lines = write(kind, [...Array(count).keys()]);
  const whole = Buffer.from(lines.join(''));
  writeFileSync(file, whole);
  const checkpoints = [signCheckpoint(checkpoint(file, new Date(0)), privateKey)];

  test.each(Object.keys(edits))('%s is found, and the first record that it touched is named', (name) => {
    const edit = edits[name];
    if (edit === undefined) throw new TypeError(name);
    fc.assert(
      fc.property(edit, (apply) => {
        const edited = apply(lines, kind);
        const isText = edited.includes('ü');
        writeFileSync(file, edited, isText ? 'utf8' : 'latin1');
        const bytes = readFileSync(file);
        const verdict = verifyAuditLog(file, { checkpoints, keys });
        if (bytes.equals(whole))
          expect(verdict).toMatchObject({ intact: true, records: count, vouchedFor: count });
        else expectNamed(verdict, firstDifference(bytes));
      }),
      { numRuns: 40 },
    );
  });

  test('control: the untouched log is intact', () => {
    writeFileSync(file, whole);
    expect(verifyAuditLog(file, { checkpoints, keys })).toEqual({
      intact: true,
      records: count,
      vouchedFor: count,
      tornBytes: 0,
    });
  });

  /** The first line that is not what was written there, counted from 1. */
  function firstDifference(bytes: Buffer): number {
    let at = 0;
    while (bytes[at] === whole[at]) at += 1;
    return whole.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
  }
});

function expectNamed(verdict: Verdict, line: number): void {
  if (verdict.intact) throw new Error('the edit was not found');
  if (verdict.defect !== 'rechained') {
    expect(verdict).toMatchObject({ sequence: line, line });
    return;
  }
  // The chain itself is whole: a checkpoint tells between which two it was chained anew.
  expect(verdict.sequence).toBeLessThanOrEqual(line);
  expect(verdict.through).toBeGreaterThanOrEqual(line);
}
