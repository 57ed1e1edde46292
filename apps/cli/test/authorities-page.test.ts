import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthorityView, issuerAdministration } from '@blastradius/contracts';
import { type AppProcess, type Postgres, startAppProcess, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const command = join(root, 'apps/cli/bin/blastradius.mjs');
const page = readFileSync(join(root, 'docs/authorities.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'authorities-'));
const adminSocket = join(folder, 'admin.sock');

let postgres: Postgres;
let issuer: AppProcess;

beforeAll(async () => {
  postgres = await startPostgres();
  issuer = await startAppProcess(join(root, 'apps/issuer/dist/main.js'), {
    TRUST_DOMAIN: 'moltbook.test',
    DATABASE_URL: await postgres.createDatabase(`authorities_${process.pid}`),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_SOCKET: adminSocket,
    LEDGER_FILE: join(folder, 'issuer.jsonl'),
    X509_SVID_TTL_SECONDS: '60',
    AUTHORITY_TTL_SECONDS: '3600',
    AUTHORITY_ROTATION_SECONDS: '600',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '60',
    BUNDLE_REFRESH_HINT_SECONDS: '1',
  });
});
afterAll(async () => {
  await issuer?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

const authority = (...args: string[]) =>
  spawnSync(process.execPath, [command, 'authority', ...args], { encoding: 'utf8' });
const ours = (...args: string[]) => authority(...args, '--admin-socket', adminSocket);
function show(): AuthorityView[] {
  const { stdout } = ours('show', '--json');
  return issuerAdministration.authoritiesAnswer.parse(JSON.parse(stdout)).authorities;
}
const currentOf = (kind: string) => show().find((one) => one.kind === kind && one.state === 'current');

/** The commands of the page's `sh` blocks, in their order. */
const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => line.replace('npx blastradius authority ', '').split(' '));

describe('docs/authorities.md', () => {
  it('shows commands that work, in the order in which it shows them', () => {
    expect(commands.length).toBeGreaterThan(7);
    const before = currentOf('jwt')?.keyId;
    for (const args of commands) {
      const filled = args
        .map((arg) => (arg === '"$KEY_ID"' ? (currentOf('wit')?.keyId ?? '') : arg))
        .map((arg) => (arg === '/run/issuer/admin.sock' ? adminSocket : arg));
      const { status, stderr } = authority(...filled);
      expect(stderr, args.join(' ')).toBe('');
      expect(status, args.join(' ')).toBe(0);
    }
    const states = show().map(({ kind, state }) => `${kind} ${state}`);
    expect(states).toEqual([
      'x509 tainted',
      'x509 current',
      'jwt revoked',
      'jwt tainted',
      'jwt current',
      'wit tainted',
      'wit revoked',
      'wit current',
      'access-token tainted',
      'access-token current',
    ]);
    expect(currentOf('jwt')?.keyId).not.toBe(before);
  });

  it('shows no private key', () => {
    expect(ours('show', '--json').stdout).not.toMatch(/wrapped|private/i);
  });
});

describe('blastradius authority', () => {
  it('says what was refused, and why, and ends with a status of its own', () => {
    const keyId = currentOf('x509')?.keyId ?? '';
    for (const [args, says] of [
      [['activate'], /There is no next authority to activate: prepare one first/],
      [['revoke', '--key-id', keyId], /The key signs, or is the next to: rotate first, or force it/],
      [['revoke', '--key-id', 'abcdef0123'], /No key in the lifecycle has the key id abcdef0123/],
      [['revoke', '--kind', 'x509', '--key-id', currentOf('jwt')?.keyId ?? ''], /No key in the lifecycle/],
    ] as const) {
      const { status, stderr } = ours(...args);
      expect(stderr).toMatch(says);
      expect(status).not.toBe(0);
    }
    expect(currentOf('x509')?.keyId).toBe(keyId);
  });

  it('refuses flags that it does not know or can not read, with status 2', () => {
    for (const [args, says] of [
      [['show'], /--admin-socket/],
      [['rotate', '--now', '--kind', 'rsa', '--admin-socket', adminSocket], /Allowed choices are x509, jwt/],
      [['rotate', '--publish-seconds', '601', '--admin-socket', adminSocket], /from 0 to 600/],
      [['revoke', '--key-id', 'XYZ', '--admin-socket', adminSocket], /hex in lower case/],
      [['taint', '--force', '--admin-socket', adminSocket], /unknown option/],
    ] as const) {
      const { status, stderr } = authority(...args);
      expect(stderr).toMatch(says);
      expect(status).toBe(2);
    }
    const gone = authority('show', '--admin-socket', join(folder, 'none.sock'));
    expect(gone).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no issuer answers its operator/),
    });
  });
});
