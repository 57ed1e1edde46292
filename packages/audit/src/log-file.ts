import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const dataSync = promisify(fdatasync);

/** What a log asks of the file that it is written to. */
export interface LogFile {
  readonly fd: number;
  /** Writes all of it, or throws; then a part of it may stand there. */
  writeAt(bytes: Buffer, offsetBytes: number): void;
  cutAt(offsetBytes: number): void;
  /** Returns when everything written is on the disk (fdatasync(2)). */
  sync(): Promise<void>;
  syncNow(): void;
  close(): void;
}

/** Opens a file that only its owner may read, and makes it where there is none, its folder too. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const flags = constants.O_RDWR | constants.O_CREAT;
  const fd = openSync(path, flags, 0o600);
  syncFolderOf(path);
  return {
    fd,
    writeAt: (bytes, offsetBytes) => {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(fd, bytes, written, bytes.length - written, offsetBytes + written);
      }
    },
    cutAt: (offsetBytes) => ftruncateSync(fd, offsetBytes),
    sync: () => dataSync(fd),
    syncNow: () => fdatasyncSync(fd),
    close: () => closeSync(fd),
  };
}

/** A file is only there after a power loss if its folder's entry has reached the disk, too. */
function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), constants.O_RDONLY);
  try {
    fdatasyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
