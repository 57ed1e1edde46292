import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { certificatesToPem } from '../src/index.ts';

const run = promisify(execFile);

/** Says whether `openssl verify` takes a chain. */
export interface OpensslOracle {
  verify(chain: readonly Uint8Array[], authorities: readonly Uint8Array[], now: Date): Promise<boolean>;
  stop(): void;
}

/** Undefined in the bounded run, and, with a line that says so, where openssl is missing. */
export function startOpensslOracle(): OpensslOracle | undefined {
  if (process.env['FUZZ_SECONDS'] === undefined) return undefined;
  if (spawnSync('openssl', ['version']).status !== 0) {
    process.stderr.write('fuzz: not compared with openssl: no such program\n');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-openssl-'));
  const fileOf = (name: string, certificates: readonly Uint8Array[]) => {
    writeFileSync(join(folder, name), certificatesToPem(certificates));
    return join(folder, name);
  };
  return {
    verify: async ([leaf, ...intermediates], authorities, now) => {
      const files = ['-CAfile', fileOf('authorities', authorities)];
      if (intermediates.length > 0) files.push('-untrusted', fileOf('intermediates', intermediates));
      const time = ['-attime', String(Math.floor(now.getTime() / 1000))];
      const options = ['-no-CApath', '-no-CAstore', '-partial_chain', '-purpose', 'any', ...time, ...files];
      return await run('openssl', [
        'verify',
        ...options,
        fileOf('leaf', leaf === undefined ? [] : [leaf]),
      ]).then(
        () => true,
        () => false,
      );
    },
    stop: () => rmSync(folder, { recursive: true }),
  };
}
