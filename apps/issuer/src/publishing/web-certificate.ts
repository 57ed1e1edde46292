import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { WebCertificateFiles } from './publishing-settings.ts';

/** Throws where a file can't be read, or the two do not belong together. */
export async function readWebCertificate({
  certificateFile,
  keyFile,
}: WebCertificateFiles): Promise<SecureContextOptions> {
  const [cert, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  createSecureContext({ cert, key });
  return { cert, key };
}

const LOOK_EVERY_MS = 1000;

/**
 * Hands over certificate and key again when a file of them has changed, also behind a symbolic link. Between
 * the writing of the one and of the other they don't belong together: then the old ones stay, and `onError`
 * hears of it. Returns what ends it.
 */
export function followWebCertificate(
  files: WebCertificateFiles,
  apply: (identity: SecureContextOptions) => void,
  onError: (error: unknown) => void,
): () => void {
  const look = () => void readWebCertificate(files).then(apply).catch(onError);
  const paths = new Set([files.certificateFile, files.keyFile]);
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look);
  return () => {
    for (const path of paths) unwatchFile(path, look);
  };
}
