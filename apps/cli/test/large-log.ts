import { generateKeyPairSync } from 'node:crypto';
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { type SignedCheckpoint, sealLine, signCheckpoint } from '@blastradius/audit';
import { type IssuerRecord, issuerEventOf } from '@blastradius/ledger';

const source = 'spiffe://moltbook.test/issuer#0b0f6a3e-0000-4000-8000-000000000000';
const startMs = Date.UTC(2026, 10, 24);
const copyBytes = 1 << 23;

export interface LargeLog {
  readonly file: string;
  readonly records: number;
  /** All lines are as long, so that any place can be found by counting. */
  readonly lineBytes: number;
  readonly keyFile: string;
}

/** An issuer's log whose records are all as long, its checkpoints beside it, and the key that signed them. */
export function writeLargeLog(file: string, records: number): LargeLog {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const fd = openSync(file, 'w');
  const checkpoints: SignedCheckpoint[] = [];
  let head = { sequence: 0, hash: '0'.repeat(64) };
  let lineBytes = 0;
  while (head.sequence < records) {
    let text = '';
    for (const end = head.sequence + 5000; head.sequence < end; ) {
      const sealed = sealLine(eventText(head.sequence + 1), head);
      text += sealed.line;
      lineBytes = Buffer.byteLength(sealed.line);
      head = sealed.head;
    }
    writeSync(fd, text);
    if (head.sequence % 100_000 === 0) {
      checkpoints.push(signCheckpoint({ log: source, atMs: startMs, ...head }, privateKey));
    }
  }
  closeSync(fd);
  writeFileSync(`${file}.checkpoints`, checkpoints.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const keyFile = `${file}.pem`;
  writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  return { file, records, lineBytes, keyFile };
}

const record: IssuerRecord = {
  ledger: 'issuer',
  atMs: startMs,
  event: 'svid-issued',
  kind: 'x509',
  spiffeId: 'spiffe://moltbook.test/agent/agent-0000000',
  serial: '00000000000000000000000000000000',
  policyId: 'agents',
  reason: 'policy',
};
const template = JSON.stringify(issuerEventOf(record, { id: 'event-0000000', source }));

function eventText(n: number): string {
  const digits = String(n).padStart(7, '0');
  return template.replaceAll('-0000000"', `-${digits}"`);
}

/** Copies a log without `skip` bytes from `at` on, and with `insert` in their place. */
export function copyWith(
  log: LargeLog,
  to: string,
  edit: { at: number; skip?: number; insert?: Buffer },
): void {
  const [from, into] = [openSync(log.file, 'r'), openSync(to, 'w')];
  const chunk = Buffer.alloc(copyBytes);
  const copy = (start: number, end: number) => {
    for (let at = start; at < end; ) {
      const read = readSync(from, chunk, 0, Math.min(copyBytes, end - at), at);
      writeSync(into, chunk, 0, read);
      at += read;
    }
  };
  copy(0, edit.at);
  if (edit.insert) writeSync(into, edit.insert);
  copy(edit.at + (edit.skip ?? 0), log.records * log.lineBytes);
  closeSync(from);
  closeSync(into);
}

export function readAt(file: string, offset: number, length: number): Buffer {
  const fd = openSync(file, 'r');
  const bytes = Buffer.alloc(length);
  readSync(fd, bytes, 0, length, offset);
  closeSync(fd);
  return bytes;
}

/** Overwrites bytes where they stand; returns how to undo it. */
export function overwrite(file: string, offset: number, bytes: Buffer): () => void {
  const before = readAt(file, offset, bytes.length);
  const write = (these: Buffer) => {
    const fd = openSync(file, 'r+');
    writeSync(fd, these, 0, these.length, offset);
    closeSync(fd);
  };
  write(bytes);
  return () => write(before);
}
