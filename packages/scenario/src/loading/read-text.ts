import { readFileSync, statSync } from 'node:fs';
import { ScenarioInvalid, ScenarioNotFound } from './scenario.errors.ts';

/** The largest scenario here has 9 KB; what is larger by far is no scenario. */
const BYTES_MAX = 262_144;

export function readScenarioText(file: string): string {
  const bytes = readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw wholeFile(file, 'it is not UTF-8', 'save it as UTF-8', cause);
  }
}

function readBytes(file: string): Uint8Array {
  let size: number;
  try {
    size = statSync(file).size;
    if (size <= BYTES_MAX) return readFileSync(file);
  } catch (cause) {
    throw new ScenarioNotFound(`${file} can't be read`, { publicDetail: `${file} can't be read`, cause });
  }
  throw wholeFile(
    file,
    `it has ${size} bytes, and a scenario at most ${BYTES_MAX}`,
    'see that it is a scenario and not a ledger or a report',
  );
}

function wholeFile(file: string, message: string, suggestion: string, cause?: unknown): ScenarioInvalid {
  const problem = { line: 1, column: 1, path: '(file)', message, suggestion, allowed: '' };
  return new ScenarioInvalid(file, [problem], cause);
}
