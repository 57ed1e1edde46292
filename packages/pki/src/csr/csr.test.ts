import 'reflect-metadata';
import { generateKeyPairSync, sign } from 'node:crypto';
import { signedAgain } from '@blastradius/fuzz-kit';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { generateP256KeyPair } from '../key-pair/p256.ts';
import { createCsr } from './create-csr.ts';
import { CsrKeyUnsupported, CsrMalformed, CsrProofFailed } from './csr.errors.ts';
import { encodeRequestInfo, readOwnRequestInfo } from './request-info.ts';
import { verifyCsr } from './verify-csr.ts';

const spiffeId = 'spiffe://moltbook.test/agent/a';

async function libraryCsr(names: x509.JsonGeneralNames | null, namedCurve = 'P-256'): Promise<Uint8Array> {
  const algorithm = { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=library',
    keys,
    signingAlgorithm: algorithm,
    extensions: names === null ? [] : [new x509.SubjectAlternativeNameExtension(names)],
  });
  return new Uint8Array(request.rawData);
}

describe('createCsr', () => {
  it('makes what another library parses and verifies', async () => {
    const request = new x509.Pkcs10CertificateRequest(
      new Uint8Array(createCsr({ spiffeId, ...(await generateP256KeyPair()) })),
    );
    expect(await request.verify()).toBe(true);
    const names = request.getExtension('2.5.29.17');
    expect(new x509.SubjectAlternativeNameExtension(names?.rawData ?? new ArrayBuffer()).names.items).toEqual(
      [expect.objectContaining({ type: 'url', value: spiffeId })],
    );
  });

  it('round-trips through verifyCsr', async () => {
    const keys = await generateP256KeyPair();
    const verified = verifyCsr(createCsr({ spiffeId, ...keys }));
    expect(verified.spiffeId).toBe(spiffeId);
    expect(verified.publicKeySpki).toEqual(keys.publicKey.export({ type: 'spki', format: 'der' }));
  });
});

describe('verifyCsr', () => {
  it('reads a request that another library made', async () => {
    const names: x509.JsonGeneralNames = [
      { type: 'dns', value: 'a.test' },
      { type: 'url', value: spiffeId },
    ];
    expect(verifyCsr(await libraryCsr(names)).spiffeId).toBe(spiffeId);
  });

  it('reads a request that asks for no identity', async () => {
    expect(verifyCsr(await libraryCsr(null)).spiffeId).toBeNull();
  });

  it('refuses a request that asks for two', async () => {
    const two = await libraryCsr([
      { type: 'url', value: spiffeId },
      { type: 'url', value: `${spiffeId}b` },
    ]);
    expect(() => verifyCsr(two)).toThrow(CsrMalformed);
  });

  it('refuses any other curve and RSA', async () => {
    expect(() =>
      verifyCsr(createCsr({ spiffeId, ...generateKeyPairSync('ec', { namedCurve: 'P-384' }) })),
    ).toThrow(CsrKeyUnsupported);
    const rsa = createCsr({ spiffeId, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
    expect(() => verifyCsr(rsa)).toThrow(CsrKeyUnsupported);
  });

  it('refuses a request for a key that its sender does not hold', async () => {
    const [mine, theirs] = await Promise.all([generateP256KeyPair(), generateP256KeyPair()]);
    const forged = createCsr({ spiffeId, publicKey: theirs.publicKey, privateKey: mine.privateKey });
    expect(() => verifyCsr(forged)).toThrow(CsrProofFailed);
  });

  it('refuses a request whose name was changed after signing', async () => {
    const request = Buffer.from(createCsr({ spiffeId, ...(await generateP256KeyPair()) }));
    request.write('b', request.indexOf('/agent/a') + 7);
    expect(() => verifyCsr(request)).toThrow(CsrProofFailed);
  });

  it('refuses a public key that is no point of the curve', async () => {
    const { publicKey, privateKey } = await generateP256KeyPair();
    const request = Buffer.from(createCsr({ spiffeId, publicKey, privateKey }));
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    request.fill(0xff, request.indexOf(spki) + spki.length - 64, request.indexOf(spki) + spki.length);
    expect(() => verifyCsr(request)).toThrow(CsrMalformed);
  });

  it('refuses a request whose subject is no name, though its key has signed it', async () => {
    const keys = await generateP256KeyPair();
    const request = createCsr({ spiffeId, ...keys });
    const emptyName = Buffer.from('3000', 'hex');
    const noName = Buffer.from('0500', 'hex');
    const at = Buffer.from(request).indexOf(emptyName);
    const changed = Buffer.from(request);
    noName.copy(changed, at);
    expect(verifyCsr(signedAgain(request, keys.privateKey)).spiffeId).toBe(spiffeId);
    expect(() => verifyCsr(signedAgain(changed, keys.privateKey))).toThrow(CsrMalformed);
  });

  it('refuses every cut of a request, and bytes after its end', async () => {
    const request = createCsr({ spiffeId, ...(await generateP256KeyPair()) });
    for (let size = 0; size < request.length; size += 7) {
      expect(() => verifyCsr(request.subarray(0, size))).toThrow(CsrMalformed);
    }
    expect(() => verifyCsr(Buffer.concat([request, Buffer.from([0])]))).toThrow(CsrMalformed);
  });

  it('refuses a signature over something else than a request', async () => {
    const { privateKey } = await generateP256KeyPair();
    expect(() => verifyCsr(sign('sha256', Buffer.from('x'), privateKey))).toThrow(CsrMalformed);
  });
});

describe('a request as a sidecar makes it', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = keys.publicKey.export({ type: 'spki', format: 'der' });

  it('is read without a parser, whatever the length of its ID', () => {
    for (let characters = 0; characters <= 2048; characters += characters < 300 ? 1 : 97) {
      const id = 'i'.repeat(characters);
      expect(readOwnRequestInfo(encodeRequestInfo(id, spki))).toEqual({ spiffeId: id, spki });
    }
  });

  it('is read so only where no byte around the key and the ID differs', () => {
    const info = encodeRequestInfo(spiffeId, spki);
    const from = info.indexOf(spki);
    const id = info.length - spiffeId.length;
    for (let at = 0; at < id; at++) {
      if (at >= from && at < from + spki.length) continue;
      const changed = Buffer.from(info);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readOwnRequestInfo(changed), `byte ${at}`).toBeUndefined();
    }
    expect(readOwnRequestInfo(info.subarray(1))).toBeUndefined();
    expect(readOwnRequestInfo(encodeRequestInfo('i'.repeat(2049), spki))).toBeUndefined();
  });
});
