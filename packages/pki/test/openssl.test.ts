import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificatesToPem } from '@blastradius/spiffe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, generateP256KeyPair, mintX509Svid } from '../src/index.ts';

/** Of the machine, where it has one: a second opinion, not a dependency. */
const command = 'openssl';
const hasOpenssl = spawnSync(command, ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('skipped: there is no openssl on PATH to verify minted SVIDs with\n');

describe.skipIf(!hasOpenssl)('a minted SVID, to the openssl command', () => {
  let folder: string;
  const openssl = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openssl-verify-'));
    const lifetime = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 600_000) };
    const [authority, stranger, keys] = await Promise.all([
      createAuthority({ trustDomain: 'moltbook.test', ...lifetime }),
      createAuthority({ trustDomain: 'moltbook.test', ...lifetime }),
      generateP256KeyPair(),
    ]);
    const { certificate } = mintX509Svid({
      authority,
      spiffeId: 'spiffe://moltbook.test/agent/a',
      publicKeySpki: keys.publicKey.export({ type: 'spki', format: 'der' }),
      ...lifetime,
    });
    writeFileSync(join(folder, 'authority.pem'), certificatesToPem([authority.certificate]));
    writeFileSync(join(folder, 'stranger.pem'), certificatesToPem([stranger.certificate]));
    writeFileSync(join(folder, 'leaf.pem'), certificatesToPem([certificate]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['sslclient', 'sslserver'])('verifies strictly as %s', (purpose) => {
    const answer = openssl(
      'verify',
      '-x509_strict',
      '-purpose',
      purpose,
      '-CAfile',
      'authority.pem',
      'leaf.pem',
    );
    expect(answer).toEqual({ status: 0, output: 'leaf.pem: OK\n' });
  });

  it('does not verify against an authority that did not sign it', () => {
    expect(openssl('verify', '-CAfile', 'stranger.pem', 'leaf.pem').status).not.toBe(0);
  });

  it('shows exactly one URI, digitalSignature alone and both usages', () => {
    const { output } = openssl('x509', '-in', 'leaf.pem', '-noout', '-text');
    expect(output.match(/URI:\S+/g)).toEqual(['URI:spiffe://moltbook.test/agent/a']);
    expect(output).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(output).toMatch(/TLS Web Server Authentication, TLS Web Client Authentication\n/);
    expect(output).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE\n/);
  });
});
