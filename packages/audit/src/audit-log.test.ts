import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chain, emptyHead, type Link } from './chain.ts';
import { type Checkpoint, checkpoint, signCheckpoint } from './checkpoint.ts';
import { openAuditLog } from './open-audit-log.ts';
import { verifyAuditLog } from './verify-audit-log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
  file = join(folder, 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = (n: number) => ({ n, route: '/api/v1/posts', agent: null, text: 'ü"\u2028' });

function write(count: number, from = 0): void {
  const log = openAuditLog(file);
  for (let n = from; n < from + count; n++) log.append(record(n));
  log.close();
}

const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
const rewrite = (changed: string[]) => writeFileSync(file, `${changed.join('\n')}\n`);

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];
const signed = (unsigned: Checkpoint = checkpoint(file, new Date(0))) => signCheckpoint(unsigned, privateKey);
const intact = (records: number) => ({ intact: true, records });

describe('an audit log', () => {
  test('keeps the fields of the record on the line itself', () => {
    write(1);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ ...record(0), sequence: 1 });
  });

  test('goes on with the chain when it is opened again', () => {
    write(3);
    write(2, 3);
    expect(verifyAuditLog(file)).toMatchObject(intact(5));
  });

  test('cuts off a line that a kill has torn, and goes on', () => {
    write(3);
    appendFileSync(file, '{"n":3,"route":"/api/v1/po');
    expect(verifyAuditLog(file)).toMatchObject(intact(3));
    write(1, 3);
    expect(verifyAuditLog(file)).toMatchObject(intact(4));
  });

  test('starts anew where the first line was torn', () => {
    writeFileSync(file, '{"n":');
    write(1);
    expect(verifyAuditLog(file)).toMatchObject(intact(1));
  });

  test('finds its end past records longer than a read', () => {
    const log = openAuditLog(file);
    log.append({ long: 'x'.repeat(200_000) });
    log.close();
    write(1);
    expect(verifyAuditLog(file)).toMatchObject(intact(2));
  });
});

describe('verification finds', () => {
  beforeEach(() => write(6));

  test('a changed record', () => {
    rewrite(lines().map((line, i) => (i === 2 ? line.replace('/posts', '/other') : line)));
    expect(verifyAuditLog(file)).toMatchObject({ intact: false, defect: 'changed', sequence: 3 });
  });

  test('a record that was changed and hashed anew', () => {
    const all = lines();
    const before = JSON.parse(all[1] ?? '') as Link;
    all[2] = JSON.stringify(chain({ ...record(2), agent: 'someone-else' }, before));
    rewrite(all);
    expect(verifyAuditLog(file)).toMatchObject({ intact: false, defect: 'changed', sequence: 3 });
  });

  test('a dropped record, the first too', () => {
    const all = lines();
    rewrite(all.toSpliced(3, 1));
    expect(verifyAuditLog(file)).toMatchObject({ intact: false, defect: 'dropped', sequence: 4 });
    rewrite(all.toSpliced(0, 1));
    expect(verifyAuditLog(file)).toMatchObject({ intact: false, defect: 'dropped', sequence: 1 });
  });

  test('records that changed places', () => {
    const [a = '', b = '', c = '', ...rest] = lines();
    rewrite([a, c, b, ...rest]);
    expect(verifyAuditLog(file)).toMatchObject({ intact: false, defect: 'reordered', sequence: 2 });
  });

  test('a truncated log, from a checkpoint only', () => {
    const checkpoints = [signed()];
    rewrite(lines().slice(0, 4));
    expect(verifyAuditLog(file)).toMatchObject(intact(4));
    expect(verifyAuditLog(file, { checkpoints, keys })).toMatchObject({
      intact: false,
      defect: 'truncated',
      sequence: 5,
    });
  });

  test('a tail chained anew, from a checkpoint only', () => {
    const checkpoints = [signed()];
    let head = emptyHead;
    rewrite(
      [0, 1, 2, 3, 4, 9].map((n) => {
        const chained = chain(record(n), head);
        head = chained;
        return JSON.stringify(chained);
      }),
    );
    expect(verifyAuditLog(file)).toMatchObject(intact(6));
    expect(verifyAuditLog(file, { checkpoints, keys })).toMatchObject({
      intact: false,
      defect: 'rechained',
      sequence: 1,
      through: 6,
    });
  });

  test('a checkpoint that its key did not sign', () => {
    const forged = { ...signed(), sequence: 2 };
    expect(verifyAuditLog(file, { checkpoints: [forged], keys })).toMatchObject({
      intact: false,
      defect: 'checkpoint-forged',
    });
  });

  test('a checkpoint whose key nobody vouches for, however genuine', () => {
    expect(verifyAuditLog(file, { checkpoints: [signed()] })).toMatchObject({ defect: 'checkpoint-forged' });
  });

  test('nothing where nothing was touched', () => {
    expect(verifyAuditLog(file, { checkpoints: [signed()], keys })).toMatchObject(intact(6));
  });
});
