import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { canonicalJson } from './canonical-json.ts';
import type { Head } from './chain.ts';
import { readTail } from './log-tail.ts';

/** Pins down everything up to one record. Kept apart from the log, it shows a rewritten tail too. */
export interface Checkpoint extends Head {
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface SignedCheckpoint extends Checkpoint {
  /** Ed25519, SubjectPublicKeyInfo in base64. */
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
  const { atMs, sequence, hash } = unsigned;
  return {
    atMs,
    sequence,
    hash,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
    signature: sign(null, signedBytes(unsigned), privateKey).toString('base64'),
  };
}

/** Whether the checkpoint is what the holder of its key signed. Whose key it is, the caller knows. */
export function isGenuine(signed: SignedCheckpoint): boolean {
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

function signedBytes({ atMs, sequence, hash }: Checkpoint): Buffer {
  return Buffer.from(canonicalJson({ atMs, sequence, hash }));
}
