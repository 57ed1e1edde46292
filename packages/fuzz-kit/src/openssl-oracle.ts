import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PresentedChain {
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  readonly authorities: readonly Uint8Array[];
  readonly now: Date;
  readonly purpose?: 'any' | 'sslclient';
}

/** Says what the openssl command takes. */
export interface OpensslOracle {
  verify(presented: PresentedChain): Promise<boolean>;
  /** Whether a PKCS #10 request, DER, is signed by its own key. */
  verifyRequest(der: Uint8Array): Promise<boolean>;
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
  const fileOf = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    verify: async ({ chain: [leaf, ...intermediates], authorities, now, purpose = 'any' }) => {
      const files = ['-CAfile', fileOf('authorities', pemOf(authorities))];
      if (intermediates.length > 0) files.push('-untrusted', fileOf('intermediates', pemOf(intermediates)));
      const options = ['-no-CApath', '-no-CAstore', '-partial_chain', '-purpose', purpose, ...files];
      const leafFile = fileOf('leaf', pemOf(leaf === undefined ? [] : [leaf]));
      const at = (seconds: number) =>
        isTaken(['verify', ...options, '-attime', String(Math.floor(seconds)), leafFile]);
      const nowSeconds = now.getTime() / 1000;
      // For OpenSSL the second of its end is not part of a certificate's life; for RFC 5280, 4.1.2.5, it is.
      return (await at(nowSeconds)) || (await at(nowSeconds - 1));
    },
    verifyRequest: (der) =>
      isTaken(['req', '-verify', '-noout', '-inform', 'DER', '-in', fileOf('request', der)]),
    stop: () => rmSync(folder, { recursive: true }),
  };
}

/** `openssl req -verify` says "verify failure" and, before its version 3.4, ends with 0 all the same. */
async function isTaken(args: readonly string[]): Promise<boolean> {
  try {
    const { stdout, stderr } = await run('openssl', args);
    return !/verif\w* failure/i.test(stdout + stderr);
  } catch {
    return false;
  }
}

function pemOf(certificates: readonly Uint8Array[]): string {
  const lines = (der: Uint8Array) =>
    Buffer.from(der)
      .toString('base64')
      .replace(/.{64}(?=.)/g, '$&\n');
  return certificates
    .map((der) => `-----BEGIN CERTIFICATE-----\n${lines(der)}\n-----END CERTIFICATE-----\n`)
    .join('');
}
