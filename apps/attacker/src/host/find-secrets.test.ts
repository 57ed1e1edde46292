import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createAuthority, createTokenAuthority, mintJwtSvid, mintX509Svid } from '@blastradius/pki';
import { certificatesToPem } from '@blastradius/spiffe';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findSecrets, KeyRing, noFinds } from './find-secrets.ts';
import { MemoryWalk } from './memory-walk.ts';
import { ProcessView, writableRanges } from './process-view.ts';

const apiKey = () => `moltbook_sk_${randomBytes(24).toString('base64url')}`;
const hour = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
const found = (bytes: Buffer) => {
  const finds = noFinds();
  findSecrets(bytes, finds, { isMemory: true });
  return finds;
};

/** Noise that a shape must be found in. */
const within = (...secrets: (string | Uint8Array)[]) =>
  Buffer.concat(
    secrets.flatMap((secret) => [
      randomBytes(301),
      Buffer.from([0]),
      Buffer.from(secret as string),
      Buffer.from([0]),
    ]),
  );

describe('in a stretch of bytes', () => {
  test('API keys and tokens are found by their shape, whole ones alone', async () => {
    const key = apiKey();
    const { token } = mintJwtSvid({
      authority: await createTokenAuthority(hour.notAfter),
      spiffeId: 'spiffe://range.test/agent/Ada',
      audience: ['spiffe://range.test/network'],
      issuedAt: new Date(),
      expiresAt: hour.notAfter,
    });
    const finds = found(
      within(key, `Bearer ${token}`, `${apiKey()}x`, 'moltbook_sk_short', 'eyJhbGciOi.eyJub3Qi.x'),
    );
    expect([...finds.apiKeys]).toEqual([key]);
    expect([...finds.tokens]).toEqual([token]);
  });

  test.each(['der', 'pem', 'escaped pem', 'jwk', 'sec1'])(
    'a private key as %s opens its certificate',
    async (form) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const forms: Record<string, string | Buffer> = {
        der: privateKey.export({ type: 'pkcs8', format: 'der' }),
        pem,
        'escaped pem': JSON.stringify(pem),
        jwk: JSON.stringify(privateKey.export({ format: 'jwk' })),
        sec1: privateKey.export({ type: 'sec1', format: 'der' }),
      };
      const authority = await createAuthority({ trustDomain: 'range.test', ...hour });
      const publicKeySpki = publicKey.export({ type: 'spki', format: 'der' });
      const { certificate } = mintX509Svid({
        authority,
        spiffeId: 'spiffe://range.test/agent/Ada',
        publicKeySpki,
        ...hour,
      });
      const finds = found(within(forms[form] ?? '', certificate, certificatesToPem([certificate])));
      expect([...finds.certificates]).toEqual([Buffer.from(certificate).toString('base64')]);
      const ring = new KeyRing();
      ring.add(finds.scalars);
      const key = ring.keyOf(publicKey.export({ format: 'jwk' }));
      expect(key?.export({ format: 'jwk' })).toEqual(privateKey.export({ format: 'jwk' }));
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
      expect(ring.keyOf(other.export({ format: 'jwk' }))).toBeUndefined();
    },
  );

  test('nothing is found where nothing is: noise, and a hash of a key', () => {
    const finds = found(within(randomBytes(500_000), createHash('sha256').update(apiKey()).digest('hex')));
    expect([finds.apiKeys.size, finds.tokens.size, finds.certificates.size, finds.scalars.size]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe('in the memory of a process', () => {
  /** Holds a key that it imported and never exported, and a secret that it put together. */
  const holder = `
    const { generateKeyPair, generateKeyPairSync, randomBytes } = require('node:crypto');
    const onP256 = { namedCurve: 'P-256' };
    globalThis.secret = ['moltbook', 'sk', randomBytes(24).toString('base64url')].join('_');
    globalThis.key = generateKeyPairSync('ec', onP256);
    // In a thread of its own, which has a heap of its own.
    generateKeyPair('ec', onP256, (_, publicKey, privateKey) => {
      globalThis.other = privateKey;
      const publicKeys = [key.publicKey, publicKey].map((one) => one.export({ format: 'jwk' }));
      console.log(JSON.stringify({ secret, publicKeys }));
    });
    setInterval(() => {}, 1000);`;

  async function startHolder() {
    const child = spawn(process.execPath, ['-e', holder], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { SECRET: 'x=y' },
    });
    onTestFinished(() => void child.kill());
    const [line] = await once(child.stdout, 'data');
    return { pid: child.pid ?? 0, held: JSON.parse(String(line)) };
  }

  test('lie its keys, bare in OpenSSL’s heaps, and its secret; a look has bounds, and the next goes on', async () => {
    const { pid, held } = await startHolder();
    const walk = new MemoryWalk(new ProcessView([pid]), pid);
    const finds = noFinds();
    let [looks, more] = [0, true];
    for (; more && looks < 1000; looks++) {
      let bytes = 0;
      more = await walk.goOn({ bytes: 8 * 2 ** 20, milliseconds: 60_000 }, (chunk) => {
        bytes += chunk.length;
        findSecrets(chunk, finds, { isMemory: true });
      });
      expect(bytes).toBeLessThanOrEqual(9 * 2 ** 20);
    }
    expect(looks).toBeGreaterThan(1);
    expect(finds.apiKeys).toContain(held.secret);
    const ring = new KeyRing();
    ring.add(finds.scalars);
    expect(held.publicKeys).toHaveLength(2);
    for (const publicKey of held.publicKeys) expect(ring.keyOf(publicKey)).toBeDefined();
  });

  test('nobody looks into a process that the foothold does not name', async () => {
    const { pid } = await startHolder();
    const view = new ProcessView([pid]);
    expect((await view.environment(pid)).get('SECRET')).toBe('x=y');
    const refused = { code: 'foothold.place-refused' };
    await expect(view.environment(process.pid)).rejects.toMatchObject(refused);
    await expect(
      new MemoryWalk(view, process.pid).goOn({ bytes: 1, milliseconds: 1 }, () => {}),
    ).rejects.toMatchObject(refused);
  });

  test('a process that is gone is said to be closed', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const pid = child.pid ?? 0;
    await once(child, 'exit');
    await expect(new ProcessView([pid]).usedMemory(pid)).rejects.toMatchObject({
      code: 'foothold.process-closed',
    });
  });
});

test('memory that can’t be written, or is the kernel’s, is not looked at', () => {
  const maps = [
    '1000-3000 rw-p 00000000 00:00 0                          [heap]',
    '4000-5000 r--p 00000000 08:01 7                          /usr/bin/node',
    '5000-6000 rw-p 00000000 00:00 0                          [vvar]',
    '6000-7000 rw-p 00000000 00:00 0 ',
    '7000-8000 ---p 00000000 00:00 0',
  ].join('\n');
  expect(writableRanges(maps)).toEqual([
    { from: 0x1000, to: 0x3000 },
    { from: 0x6000, to: 0x7000 },
  ]);
});
