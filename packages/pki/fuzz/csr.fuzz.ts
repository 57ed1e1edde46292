import { mutatedBytes, mutatedDer, outcomeOf, signedAgain, startOpensslOracle } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createCsr, generateP256KeyPair, verifyCsr } from '../src/index.ts';

const openssl = startOpensslOracle();
afterAll(() => openssl?.stop());

const keys = await generateP256KeyPair();
const csr = createCsr({ spiffeId: 'spiffe://moltbook.test/agent/a', ...keys });

async function compare(der: Uint8Array): Promise<void> {
  const outcome = await outcomeOf(() => verifyCsr(der));
  expect(outcome).toMatch(/^(accepted|csr\..*)$/);
  if (outcome !== 'accepted') return;
  expect((await openssl?.verifyRequest(der)) ?? true, Buffer.from(der).toString('hex')).toBe(true);
}

describe('a request for a certificate is verified or refused, and never verified where openssl refuses it', () => {
  it('control: both take it unchanged, and none of them after a change of its signature', async () => {
    await compare(csr);
    const forged = new Uint8Array(csr);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await outcomeOf(() => verifyCsr(forged))).toBe('csr.proof-failed');
    expect((await openssl?.verifyRequest(forged)) ?? false).toBe(false);
    expect(await outcomeOf(() => verifyCsr(signedAgain(forged, keys.privateKey)))).toBe('accepted');
  });

  it('with a change, signed again by its key', async () => {
    const changed = fc.oneof(mutatedDer(csr), mutatedDer(csr), mutatedBytes(csr));
    await fc.assert(fc.asyncProperty(changed, (der) => compare(signedAgain(der, keys.privateKey))));
  });

  it('with bytes of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutatedBytes(csr), fc.uint8Array({ maxLength: 300 })), compare),
    );
  });
});
