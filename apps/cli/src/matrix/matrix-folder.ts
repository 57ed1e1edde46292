import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  differences,
  type MatrixManifest,
  matrixManifest,
  type TrialRecord,
  trialFolder,
  trialRecord,
} from '@blastradius/matrix';
import { readManifest } from '../read-manifest.ts';
import { emptyFolder } from '../run-folder.ts';
import { MatrixDiffers } from './matrix.errors.ts';

const MANIFEST = 'matrix.json';
const RECORD = 'trial.json';

/** The folder of a matrix is the truth about it: a trial has ended when its record is there, and only then. */
export class MatrixFolder {
  readonly path: string;
  readonly manifest: MatrixManifest;

  private constructor(path: string, manifest: MatrixManifest) {
    this.path = path;
    this.manifest = manifest;
  }

  /** Begins a matrix in a new folder, or goes on with the same one. */
  static open(folder: string, wanted: MatrixManifest): MatrixFolder {
    const found = MatrixFolder.find(folder, wanted);
    if (found) return found;
    const path = emptyFolder(folder);
    mkdirSync(path, { recursive: true });
    writeWhole(join(path, MANIFEST), `${JSON.stringify(wanted, null, 2)}\n`);
    return new MatrixFolder(path, wanted);
  }

  /** The same matrix, if it was begun there; null where there is none yet. */
  static find(folder: string, wanted: MatrixManifest): MatrixFolder | null {
    if (!MatrixFolder.isOne(folder)) return null;
    const found = MatrixFolder.read(folder);
    const differing = differences(found.manifest, wanted);
    if (differing.length > 0) throw new MatrixDiffers(found.path, differing);
    return found;
  }

  static isOne(folder: string): boolean {
    return existsSync(join(folder, MANIFEST));
  }

  static read(folder: string): MatrixFolder {
    const path = resolve(folder);
    return new MatrixFolder(path, readManifest(join(path, MANIFEST), matrixManifest));
  }

  pathOf(id: string): string {
    return join(this.path, trialFolder(id));
  }

  hasEnded(id: string): boolean {
    return existsSync(join(this.pathOf(id), RECORD));
  }

  records(): TrialRecord[] {
    const trials = join(this.path, 'trials');
    if (!existsSync(trials)) return [];
    return readdirSync(trials)
      .filter((id) => this.hasEnded(id))
      .map((id) => readManifest(join(this.pathOf(id), RECORD), trialRecord));
  }

  /** Takes away what an attempt left that did not come to its end, or did not count. */
  clear(id: string): string {
    rmSync(this.pathOf(id), { recursive: true, force: true });
    return this.pathOf(id);
  }

  /** From now on the trial has ended. */
  end(record: TrialRecord): void {
    mkdirSync(this.pathOf(record.id), { recursive: true });
    writeWhole(join(this.pathOf(record.id), RECORD), `${JSON.stringify(record, null, 2)}\n`);
  }
}

/** All of it, or nothing: a process that is killed leaves no half of a file under its name. */
export function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
}
