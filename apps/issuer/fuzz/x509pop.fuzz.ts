import { mutatedBytes, mutatedDer, outcomeOf, signedAgain, startOpensslOracle } from '@blastradius/fuzz-kit';
import { createCsr, generateP256KeyPair } from '@blastradius/pki';
import { certificatesFromPem } from '@blastradius/spiffe';
import { NodeCa } from '@blastradius/testkit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { X509PopAttestor } from '../src/attestation/x509-pop-attestor.ts';

const openssl = startOpensslOracle();
afterAll(() => openssl?.stop());

const ca = await NodeCa.create();
const between = await ca.intermediate();
const authorities = certificatesFromPem(ca.pem);
const [leaf = new Uint8Array(), middle = new Uint8Array()] = certificatesFromPem(
  (await between.issue('rack-1')).cert,
);
const csr = createCsr({ spiffeId: 'spiffe://moltbook.test/sidecar', ...(await generateP256KeyPair()) });
const body = { csr: Buffer.from(csr).toString('base64') };
const now = new Date();
const attestor = new X509PopAttestor({ trustDomain: 'moltbook.test', authorities }, { now: () => now });

const attest = (chain: readonly Uint8Array[], shown: unknown = body) =>
  attestor.attest({ body: shown, peerCertificates: chain });

async function compare(chain: readonly Uint8Array[]): Promise<void> {
  const outcome = await outcomeOf(() => attest(chain));
  expect(['accepted', 'caller.unauthenticated']).toContain(outcome);
  if (outcome !== 'accepted') return;
  const taken = await openssl?.verify({ chain, authorities, now, purpose: 'sslclient' });
  expect(taken ?? true, chain.map((der) => Buffer.from(der).toString('hex')).join(' ')).toBe(true);
}

describe('a node’s certificate admits or is refused, and never admits where openssl refuses it', () => {
  it('control: both take it unchanged, and none of them after a change of its signature', async () => {
    expect((await attest([leaf, middle])).node).toBe('rack-1');
    await compare([leaf, middle]);
    const forged = new Uint8Array(leaf);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await outcomeOf(() => attest([forged, middle]))).toBe('caller.unauthenticated');
    expect((await openssl?.verify({ chain: [forged, middle], authorities, now })) ?? false).toBe(false);
  });

  it('with a changed leaf, signed again', async () => {
    const changed = fc.oneof(mutatedDer(leaf), mutatedDer(leaf), mutatedBytes(leaf));
    await fc.assert(
      fc.asyncProperty(changed, (der) => compare([signedAgain(der, between.privateKey), middle])),
    );
  });

  it('with a changed intermediate, signed again', async () => {
    const changed = fc.oneof(mutatedDer(middle), mutatedDer(middle), mutatedBytes(middle));
    await fc.assert(fc.asyncProperty(changed, (der) => compare([leaf, signedAgain(der, ca.privateKey)])));
  });

  it('with a body of any kind', async () => {
    const bodies = fc.oneof(
      fc.jsonValue(),
      mutatedBytes(csr).map((der) => ({ csr: Buffer.from(der).toString('base64') })),
      fc.string().map((text) => ({ csr: text })),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (shown) => {
        const outcome = await outcomeOf(() => attest([leaf, middle], shown));
        expect(['accepted', 'caller.unauthenticated']).toContain(outcome);
      }),
    );
  });
});
