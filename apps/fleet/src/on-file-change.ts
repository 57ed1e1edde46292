import { readFileSync, unwatchFile, watchFile } from 'node:fs';

const LOOK_EVERY_MS = 1000;

/**
 * Hands on the file's new content whenever it has changed, until the returned function is called. Looks
 * at the file's times: events of the file system don't cross from one container to another.
 */
export function onFileChange(file: string, onChange: (content: string) => void): () => void {
  const look = (now: { mtimeMs: number; ino: number }, before: { mtimeMs: number; ino: number }) => {
    const isGone = now.mtimeMs === 0;
    if (isGone || (now.mtimeMs === before.mtimeMs && now.ino === before.ino)) return;
    onChange(readFileSync(file, 'utf8'));
  };
  watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, look);
  return () => unwatchFile(file, look);
}
