import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { canonicalJson } from './canonical-json.ts';
import type { Head } from './chain.ts';
import { readTail } from './log-tail.ts';

/** Pins down everything up to one record. Kept apart from the log, it shows a rewritten tail too. */
export interface Checkpoint extends Head {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Which log it is of, where its signer keeps more than one: the `source` of its events. */
  readonly log?: string | undefined;
}

export interface SignedCheckpoint extends Checkpoint {
  /** Ed25519, SubjectPublicKeyInfo in base64. It names the key; nobody may trust it for standing here. */
  readonly publicKey: string;
  readonly signature: string;
}

/** Where the log in `file` stands now. */
export function checkpoint(file: string, at: Date): Checkpoint {
  const fd = openSync(file, constants.O_RDONLY);
  try {
    return { atMs: at.getTime(), ...readTail(fd).head };
  } finally {
    closeSync(fd);
  }
}

/** Signs with an Ed25519 private key. */
export function signCheckpoint(unsigned: Checkpoint, privateKey: KeyObject): SignedCheckpoint {
  const { log, atMs, sequence, hash } = unsigned;
  return {
    ...(log === undefined ? {} : { log }),
    atMs,
    sequence,
    hash,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
    signature: sign(null, signedBytes(unsigned), privateKey).toString('base64'),
  };
}

/** Whether one of `keys` (SubjectPublicKeyInfo in base64, from whoever runs the log) has signed it. */
export function isGenuine(signed: SignedCheckpoint, keys: readonly string[]): boolean {
  if (!keys.includes(signed.publicKey)) return false;
  try {
    const key = createPublicKey({
      key: Buffer.from(signed.publicKey, 'base64'),
      type: 'spki',
      format: 'der',
    });
    return verify(null, signedBytes(signed), key, Buffer.from(signed.signature, 'base64'));
  } catch {
    return false;
  }
}

/** How people compare keys: the first 16 hex digits of the SHA-256 of the SubjectPublicKeyInfo. */
export function auditKeyId(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}

function signedBytes({ log, atMs, sequence, hash }: Checkpoint): Buffer {
  return Buffer.from(canonicalJson({ log, atMs, sequence, hash }));
}
