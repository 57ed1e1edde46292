import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@blastradius/kernel';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { copyWith, type LargeLog, overwrite, readAt, writeLargeLog } from './large-log.ts';

const command = join(import.meta.dirname, '../bin/blastradius.mjs');
const records = 1_000_000;
/** A log of a gigabyte is verified in what Node takes anyway, and what it has not given back yet. */
const memoryBytesMax = 512 * 1024 * 1024;
const seed = `million-${Date.now()}`;

let folder: string;
let log: LargeLog;
let edited: string;
const random = createRandom(seed);
/** The index of a line; neither the first nor the last, and with some after it. */
const anyLine = () => 1 + Math.floor(random.next() * (records - 10));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'million-'));
  edited = join(folder, 'edited.jsonl');
  const started = performance.now();
  log = writeLargeLog(join(folder, 'issuer.jsonl'), records);
  process.stdout.write(`${seed}: ${records} records written in ${seconds(started)} s\n`);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

async function verify(file: string) {
  const args = ['audit', 'verify', '--json', '--key', log.keyFile, file];
  if (file !== log.file) args.push('--checkpoints', `${log.file}.checkpoints`);
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = Buffer.concat(await child.stdout.toArray()).toString();
  const status = child.exitCode ?? (await once(child, 'exit'))[0];
  const { verdict, seconds: took, peakMemoryBytes } = JSON.parse(text);
  const megabytes = Math.round(peakMemoryBytes / 2 ** 20);
  process.stdout.write(`${verdict.defect ?? 'intact'}: ${took.toFixed(1)} s, ${megabytes} MB at most\n`);
  expect(peakMemoryBytes).toBeLessThan(memoryBytesMax);
  return { status, verdict };
}

const found = (defect: string, index: number) => ({
  status: 1,
  verdict: { defect, sequence: index + 1, line: index + 1, offsetBytes: index * log.lineBytes },
});

describe('blastradius audit verify over a million records finds and names the first', () => {
  test('control: nothing where nothing was touched', async () => {
    expect(await verify(log.file)).toEqual({
      status: 0,
      verdict: { intact: true, records, vouchedFor: records, tornBytes: 0 },
    });
  });

  test('changed record', async () => {
    const index = anyLine();
    const at = index * log.lineBytes + Math.floor(random.next() * (log.lineBytes - 100));
    const [byte = 0] = readAt(log.file, at, 1);
    onTestFinished(overwrite(log.file, at, Buffer.from([byte === 0x61 ? 0x62 : 0x61])));
    expect(await verify(log.file)).toMatchObject(found('changed', index));
  });

  test('reordered record', async () => {
    const [first = 0, second = 0] = [anyLine(), anyLine()].sort((a, b) => a - b);
    const [firstAt, secondAt] = [first * log.lineBytes, second * log.lineBytes];
    const moved = readAt(log.file, firstAt, log.lineBytes);
    onTestFinished(overwrite(log.file, firstAt, readAt(log.file, secondAt, log.lineBytes)));
    onTestFinished(overwrite(log.file, secondAt, moved));
    expect(await verify(log.file)).toMatchObject(found('reordered', first));
  });

  test('dropped record', async () => {
    const index = anyLine();
    copyWith(log, edited, { at: index * log.lineBytes, skip: log.lineBytes });
    expect(await verify(edited)).toMatchObject(found('dropped', index));
  });

  test('inserted record', async () => {
    const index = anyLine();
    const text = readAt(log.file, index * log.lineBytes, log.lineBytes).toString();
    const insert = Buffer.from(text.replace('"policy"', '"forged"'));
    copyWith(log, edited, { at: index * log.lineBytes, insert });
    expect(await verify(edited)).toMatchObject(found('inserted', index));
  });

  test('record that was cut off, and all after it', async () => {
    const index = anyLine();
    copyFileSync(log.file, edited);
    truncateSync(edited, index * log.lineBytes);
    expect(await verify(edited)).toMatchObject({
      status: 1,
      verdict: { defect: 'truncated', sequence: index + 1, through: records, line: index + 1 },
    });
  });
});

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
