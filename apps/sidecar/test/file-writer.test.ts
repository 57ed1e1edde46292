import { execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '@blastradius/kernel';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import type { JwtIdentities, JwtSvidRequest, TokenBundlesWatcher } from '@blastradius/workload-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileOutput } from '../src/file-writer/file-output.ts';
import { OutputWriter } from '../src/file-writer/output-writer.ts';
import { type InTestIdentities, identitiesOf, snapshotOf } from './in-test-identities.ts';
import { InTestIssuer, TRUST_DOMAIN } from './in-test-issuer.ts';

const agentId = (name: string) => `spiffe://${TRUST_DOMAIN}/agent/${name}`;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const JWKS = '{"keys":[]}';

let issuer: InTestIssuer;
let x509: InTestIdentities;
let clock: FakeClock;
let directory: string;
let closers: (() => unknown)[];
let log: { level: string; context: Record<string, unknown>; message: string }[];
let outcomes: string[];

beforeEach(async () => {
  closers = [];
  log = [];
  outcomes = [];
  issuer = await new InTestIssuer().start();
  closers.push(() => issuer.stop());
  x509 = await identitiesOf(issuer, [agentId('a')]);
  clock = fakeClock(new Date());
  directory = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

function startWriter(
  changes: Partial<FileOutput> = {},
  jwt: JwtIdentities = new InTestTokens(clock, 60_000),
): OutputWriter {
  const output: FileOutput = {
    name: 'nginx',
    directory,
    spiffeId: undefined,
    tokens: [],
    owner: undefined,
    group: undefined,
    groupReads: false,
    onChange: undefined,
    ...changes,
  };
  const note = (level: string) => (context: object, message: string) =>
    void log.push({ level, context: { ...context }, message });
  const writer = new OutputWriter(output, {
    x509,
    jwt,
    clock,
    random: createRandom('test'),
    logger: { debug: note('debug'), info: note('info'), warn: note('warn') },
    onOutcome: (_, outcome) => outcomes.push(outcome),
  });
  closers.push(() => writer.close());
  return writer;
}

/** Ticks, as the sidecar does, until the writer has done as many things as this. */
async function settle(writer: OutputWriter, count: number): Promise<void> {
  await expect
    .poll(() => {
      writer.tick();
      return outcomes.length;
    })
    .toBe(count);
  await wait(20);
  writer.tick();
  await wait(20);
}

const rotate = async (...names: string[]) => x509.push(await snapshotOf(issuer, names.map(agentId)));
const serialOf = (folder = directory) =>
  new X509Certificate(readFileSync(join(folder, 'svid.pem'))).serialNumber;
/** All that is below the folder and holds no current set. */
const leftOvers = () =>
  readdirSync(directory).filter(
    (name) => name.startsWith('..') && name !== '..data' && name !== currentSet(),
  );
const currentSet = () => readlinkSync(join(directory, '..data'));

describe('the files', () => {
  it('are the SVID, the key that goes with it, and the bundle, each as its reader may have it', async () => {
    const writer = startWriter();
    await settle(writer, 1);
    const leaf = new X509Certificate(readFileSync(join(directory, 'svid.pem')));
    expect(leaf.subjectAltName).toContain(agentId('a'));
    expect(leaf.checkPrivateKey(createPrivateKey(readFileSync(join(directory, 'key.pem'))))).toBe(true);
    expect(leaf.verify(new X509Certificate(readFileSync(join(directory, 'bundle.pem'))).publicKey)).toBe(
      true,
    );
    expect(statSync(join(directory, 'key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'svid.pem')).mode & 0o777).toBe(0o644);
    expect(x509.seen).toEqual([['file-output:nginx']]);
    expect(JSON.stringify(log)).not.toContain('PRIVATE');
  });

  it.skipIf(!isRoot)('belong to whom the operator says', async () => {
    await settle(startWriter({ owner: NOBODY, group: NOBODY, groupReads: true }), 1);
    const { uid, gid, mode } = statSync(join(directory, 'key.pem'));
    expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: NOBODY, gid: NOBODY, mode: 0o640 });
  });

  it('are replaced by a rotation, and are not touched when nothing changes', async () => {
    const writer = startWriter();
    await settle(writer, 1);
    const [first, set] = [serialOf(), currentSet()];
    x509.push(x509.current);
    await wait(50);
    writer.tick();
    await wait(50);
    expect(currentSet()).toBe(set);
    await rotate('a');
    await settle(writer, 2);
    expect(serialOf()).not.toBe(first);
    expect(leftOvers()).toEqual([]);
  });

  it('never show a key beside the certificate of another one to who resolves the set once', async () => {
    const writer = startWriter();
    await settle(writer, 1);
    let reads = 0;
    const reading = (async () => {
      while (outcomes.length < 25) {
        try {
          const set = await realpath(join(directory, '..data'));
          const [cert, key] = await Promise.all(
            ['svid.pem', 'key.pem'].map((name) => readFile(join(set, name))),
          );
          if (!new X509Certificate(cert ?? '').checkPrivateKey(createPrivateKey(key ?? '')))
            return 'mismatch';
          reads += 1;
        } catch (error) {
          // The set was replaced between the two steps: its reader looks again.
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
      }
      return 'matched';
    })();
    for (let count = 2; count <= 25; count++) {
      await rotate('a');
      await settle(writer, count);
    }
    expect(await reading).toBe('matched');
    expect(reads).toBeGreaterThan(25);
  });

  it('are of the identity that the output names, and go with it', async () => {
    await rotate('a', 'b');
    const writer = startWriter({ spiffeId: agentId('b') });
    await settle(writer, 1);
    expect(new X509Certificate(readFileSync(join(directory, 'svid.pem'))).subjectAltName).toContain(
      agentId('b'),
    );
    await rotate('a');
    await settle(writer, 2);
    expect(outcomes).toEqual(['written', 'removed']);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('are taken away from the disk when an earlier sidecar wrote them and nothing is granted any more', async () => {
    await settle(startWriter(), 1);
    x509.current = { ...x509.current, svids: [] };
    await settle(startWriter(), 2);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('stay when their SVID has merely ended, since nobody could be asked', async () => {
    const writer = startWriter();
    await settle(writer, 1);
    clock.advance(2 * 3_600_000);
    x509.push({ ...x509.current, svids: [] });
    await wait(50);
    writer.tick();
    await wait(50);
    expect(outcomes).toEqual(['written']);
    expect(existsSync(join(directory, 'svid.pem'))).toBe(true);
  });
});

describe('what stands in the way', () => {
  const failing = async (changes: Partial<FileOutput> = {}) => {
    const writer = startWriter(changes);
    await settle(writer, 1);
    expect(outcomes).toEqual(['failed']);
    expect(writer.isBehind).toBe(true);
    return { writer, reason: log.find(({ level }) => level === 'warn')?.context['reason'] };
  };

  it('is tried again with growing delays, and not at every tick', async () => {
    const { writer, reason } = await failing({ directory: join(directory, 'missing') });
    expect(reason).toBe('file-output.directory-unsafe');
    for (let tick = 0; tick < 20; tick++) writer.tick();
    await wait(50);
    expect(outcomes).toHaveLength(1);
    await mkdir(join(directory, 'missing'), { mode: 0o755 });
    clock.advance(1000);
    await settle(writer, 2);
    expect(outcomes).toEqual(['failed', 'written']);
    expect(writer.isBehind).toBe(false);
  });

  it.each([
    ['others may write to the folder', async () => chmod(directory, 0o777)],
    [
      'the folder is a link',
      async () => {
        await rename(directory, `${directory}.real`);
        await symlink(`${directory}.real`, directory);
      },
    ],
    [
      'something else stands in the place of a file',
      async () => writeFile(join(directory, 'key.pem'), 'mine'),
    ],
  ])('nothing is written where %s', async (_, arrange) => {
    await arrange();
    await failing();
    expect(existsSync(join(directory, '..data'))).toBe(false);
  });

  it.skipIf(!isRoot)('nothing is written where the folder belongs to another user', async () => {
    await chown(directory, NOBODY, NOBODY);
    expect((await failing()).reason).toBe('file-output.directory-unsafe');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('a half-written set of a process that was killed is cleared away', async () => {
    await mkdir(join(directory, '..0123456789abcdef'));
    await writeFile(join(directory, '..0123456789abcdef', 'key.pem'), 'half');
    await settle(startWriter(), 1);
    expect(leftOvers()).toEqual([]);
  });

  it('a full disk leaves the old files whole, and the new ones come once there is room', async (context) => {
    if (!mountTiny(directory)) return context.skip('a file system of 64 kB could not be mounted here');
    closers.push(() => execFileSync('umount', [directory]));
    chmodSync(directory, 0o755);
    const writer = startWriter();
    await settle(writer, 1);
    const first = serialOf();
    fill(directory);
    await rotate('a');
    await settle(writer, 2);
    expect(outcomes).toEqual(['written', 'failed']);
    expect(log.at(-1)?.context['err']).toMatchObject({ code: 'ENOSPC' });
    expect(serialOf()).toBe(first);
    const leaf = new X509Certificate(readFileSync(join(directory, 'svid.pem')));
    expect(leaf.checkPrivateKey(createPrivateKey(readFileSync(join(directory, 'key.pem'))))).toBe(true);
    expect(leftOvers()).toEqual([]);
    await rm(join(directory, 'filling'));
    clock.advance(1000);
    await settle(writer, 3);
    expect(serialOf()).not.toBe(first);
  });
});

describe('the program', () => {
  it('hears a signal after each change, and finds the new files', async () => {
    const pidFile = join(await mkdtemp(join(tmpdir(), 'pid-')), 'pid');
    const program = await listening(`
      require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
      process.on('SIGHUP', () => console.log('hup'));`);
    const writer = startWriter({ onChange: { kind: 'signal', signal: 'SIGHUP', pidFile } });
    await settle(writer, 1);
    expect(await program.next()).toBe('hup');
    await rotate('a');
    await settle(writer, 2);
    expect(await program.next()).toBe('hup');
  });

  it.skipIf(!isRoot)("is not signalled where the pid is that of another user's process", async () => {
    const pidFile = join(await mkdtemp(join(tmpdir(), 'pid-')), 'pid');
    const other = await listening(`process.on('SIGHUP', () => console.log('hup'));`);
    await writeFile(pidFile, String(other.pid));
    const onChange = { kind: 'signal', signal: 'SIGHUP', pidFile } as const;
    const writer = startWriter({ owner: NOBODY, onChange });
    await settle(writer, 2);
    expect(outcomes).toEqual(['written', 'failed']);
    expect(log.at(-1)?.context['reason']).toBe('file-output.program-not-told');
    // The control: the same process as the owner's.
    const mine = startWriter({
      onChange: { ...onChange },
      directory: await mkdtemp(join(tmpdir(), 'files-')),
    });
    await settle(mine, 3);
    expect(await other.next()).toBe('hup');
  });

  it('is told again when it could not be, without another write', async () => {
    const pidFile = join(directory, 'later.pid');
    const writer = startWriter({ onChange: { kind: 'signal', signal: 'SIGHUP', pidFile } });
    await settle(writer, 2);
    expect(outcomes).toEqual(['written', 'failed']);
    const set = currentSet();
    const program = await listening(`process.on('SIGHUP', () => console.log('hup'));`);
    await writeFile(pidFile, `${program.pid}\n`);
    clock.advance(1000);
    writer.tick();
    expect(await program.next()).toBe('hup');
    expect(currentSet()).toBe(set);
    await expect.poll(() => writer.isBehind).toBe(false);
  });

  it('may be a command, which no shell reads, with nothing of our environment, for a limited time', async () => {
    const report = join(await mkdtemp(join(tmpdir(), 'cmd-')), 'report');
    process.env['A_SECRET_OF_OURS'] = 'secret';
    closers.push(() => delete process.env['A_SECRET_OF_OURS']);
    const code = `require('node:fs').writeFileSync(${JSON.stringify(report)}, JSON.stringify([process.env, process.argv.slice(1)]))`;
    const command = [process.execPath, '-e', code, '$(id)'];
    await settle(startWriter({ onChange: { kind: 'command', command, timeoutSeconds: 30 } }), 1);
    await expect.poll(() => existsSync(report)).toBe(true);
    await expect.poll(() => readFileSync(report, 'utf8')).toContain('$(id)');
    expect(readFileSync(report, 'utf8')).not.toContain('A_SECRET_OF_OURS');
    const hanging = { kind: 'command', command: ['/bin/sleep', '60'], timeoutSeconds: 0.2 } as const;
    const writer = startWriter({ onChange: hanging, directory: await mkdtemp(join(tmpdir(), 'files-')) });
    await settle(writer, 3);
    expect(outcomes).toEqual(['written', 'written', 'failed']);
  });
});

describe('tokens', () => {
  it('stand beside the rest, and are replaced at half of their life', async () => {
    const jwt = new InTestTokens(clock, 60_000);
    const tokens = [{ file: 'partner.token', audience: ['https://partner.test'] }];
    const writer = startWriter({ tokens }, jwt);
    await settle(writer, 1);
    const first = readFileSync(join(directory, 'partner.token'), 'utf8');
    expect(JSON.parse(Buffer.from(first.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      sub: agentId('a'),
      aud: ['https://partner.test'],
    });
    expect(statSync(join(directory, 'partner.token')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, 'jwt_bundle.json'), 'utf8')).toBe(JWKS);
    clock.advance(25_000);
    writer.tick();
    await wait(50);
    expect(outcomes).toHaveLength(1);
    clock.advance(10_000);
    await settle(writer, 2);
    expect(readFileSync(join(directory, 'partner.token'), 'utf8')).not.toBe(first);
  });

  it('keep the last one until it ends while none can be had, and never hold up the certificate', async () => {
    const jwt = new InTestTokens(clock, 60_000);
    const writer = startWriter({ tokens: [{ file: 'partner.token', audience: ['x'] }] }, jwt);
    await settle(writer, 1);
    const [first, serial] = [readFileSync(join(directory, 'partner.token'), 'utf8'), serialOf()];
    jwt.isAway = true;
    clock.advance(40_000);
    await rotate('a');
    await settle(writer, 2);
    expect(serialOf()).not.toBe(serial);
    expect(readFileSync(join(directory, 'partner.token'), 'utf8')).toBe(first);
    clock.advance(21_000);
    await settle(writer, 3);
    expect(outcomes.at(-1)).toBe('failed');
    expect(lstatSync(join(directory, 'partner.token')).isSymbolicLink()).toBe(true);
  });
});

/** Tokens that nobody verifies here, with the header and the claims of real ones. */
class InTestTokens implements JwtIdentities {
  isAway = false;
  readonly #clock: FakeClock;
  readonly #ttlMs: number;

  constructor(clock: FakeClock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  async fetchJwtSvids(_: readonly string[], { audience, spiffeId = '' }: JwtSvidRequest) {
    if (this.isAway) throw new Error('away');
    const iat = Math.floor(this.#clock.now().getTime() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: spiffeId, aud: audience, iat, exp: iat + this.#ttlMs / 1000 };
    const svid = `${part({ alg: 'ES256', kid: 'k', typ: 'JWT' })}.${part(claims)}.${'A'.repeat(86)}`;
    return [{ spiffeId, svid, hint: '' }];
  }

  watchJwtBundles(_: readonly string[], watcher: TokenBundlesWatcher) {
    watcher.onBundles(new Map([[`spiffe://${TRUST_DOMAIN}`, JWKS]]));
    return () => {};
  }
}

/** A process that has begun to listen for signals. */
async function listening(code: string) {
  const child = spawn(process.execPath, ['-e', `${code}; console.log('up'); setInterval(() => {}, 1000);`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  child.stdout.on('data', (chunk) => lines.push(...String(chunk).trim().split('\n')));
  const next = async () => {
    while (lines.length === 0) await once(child.stdout, 'data');
    return lines.shift();
  };
  expect(await next()).toBe('up');
  return { pid: child.pid, next };
}

function mountTiny(on: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'tmpfs', on], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function fill(folder: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${join(folder, 'filling')}`, 'bs=4096'], { stdio: 'ignore' });
  } catch {
    // dd ends with an error when there is no more room: that is what it is for.
  }
}
