import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Says what go-spiffe thinks of an input. */
export interface GoSpiffeOracle {
  ask(question: OracleQuestion): Promise<{ readonly accepted: boolean; readonly reason: string }>;
  stop(): void;
}

export interface OracleQuestion {
  readonly kind: string;
  readonly trustDomain?: string;
  /** Base64, since not all that is fuzzed is text; so are chain and authorities. */
  readonly text?: string;
  readonly jwks?: string;
  readonly audience?: readonly string[];
  readonly chain?: readonly string[];
  readonly authorities?: readonly string[];
  readonly nowMs?: number;
}

const source = fileURLToPath(new URL('../../../interop/go/fuzz-oracle', import.meta.url));

/**
 * Builds and starts the program of interop/go/fuzz-oracle. Undefined in the bounded run, which needs no
 * Go, and, with a line that says so, where Go or the module is missing.
 */
export function startGoSpiffeOracle(): GoSpiffeOracle | undefined {
  if (process.env['FUZZ_SECONDS'] === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-oracle-'));
  const program = join(folder, 'fuzz-oracle');
  const { status, error, stderr } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: source,
    encoding: 'utf8',
  });
  if (status !== 0) {
    process.stderr.write(`fuzz: not compared with go-spiffe: ${error?.message ?? stderr}\n`);
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return connect(spawn(program), folder);
}

function connect(child: ChildProcessWithoutNullStreams, folder: string): GoSpiffeOracle {
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  child.stderr.pipe(process.stderr);
  return {
    ask: async (question) => {
      const line = new Promise<string>((resolve, reject) => {
        waiting.push(resolve);
        child.once('exit', () => reject(new Error('the oracle has ended')));
      });
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const answer = JSON.parse(await line);
      child.removeAllListeners('exit');
      return answer;
    },
    stop: () => {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}
