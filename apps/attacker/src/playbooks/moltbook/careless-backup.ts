import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { certificatesFromPem, createX509Svid, type X509Svid } from '@blastradius/spiffe';

/** Reads an agent's SVID and key out of a backup; undefined where there is no (whole) backup. */
export async function readCarelessBackup(file: string): Promise<X509Svid | undefined> {
  try {
    const pem = await readFile(file, 'utf8');
    const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem)?.[0];
    if (key === undefined) return undefined;
    return createX509Svid({ certificates: certificatesFromPem(pem), privateKey: createPrivateKey(key) });
  } catch {
    return undefined;
  }
}
