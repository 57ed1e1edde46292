import {
  checkMintedJwtSvid,
  checkMintedSvid,
  checkMintedWitSvid,
  createAuthority,
  createCsr,
  createTokenAuthority,
  generateP256KeyPair,
  mintJwtSvid,
  mintWitSvid,
  mintX509Svid,
  verifyCsr,
} from '../../packages/pki/src/index.ts';
import { type Session, wholeNumber } from '../harness/bench.ts';
import type { Contender } from '../harness/compare.ts';
import { ratePerCore } from '../harness/rate.ts';
import { type OpensslSpeed, opensslSpeed, verifyAndSign } from './openssl-speed.ts';

const trustDomain = 'moltbook.test';
const ids = Array.from({ length: 1024 }, (_, index) => `spiffe://${trustDomain}/agent/agent-${index}`);

/** One core, no network, no database: what minting itself costs, as the issuer does it for each request. */
export async function inProcess(session: Session): Promise<void> {
  const milliseconds = session.quick ? 30 : 1500;
  const contenders = await minting(milliseconds);
  const speed = await opensslSpeed(1);
  if (speed === undefined) session.skip('the bound of OpenSSL', 'there is no openssl program');
  const yardstick = (name: string, rate: (measured: OpensslSpeed) => number): Contender[] => {
    const measure = async () =>
      rate((await opensslSpeed(session.quick ? 1 : 2)) ?? { signs: 1, verifies: 1 });
    return speed === undefined ? [] : [{ name, measure }];
  };
  const rounds = wholeNumber(session, 'rounds', session.quick ? 1 : 8);
  await session.compare({
    title: 'with proof of possession, in process',
    unit: 'mints/s and core',
    rounds,
    contenders: [...yardstick('OpenSSL: 1 verify + 1 sign', verifyAndSign), contenders.x509, contenders.wit],
  });
  await session.compare({
    title: 'JWT-SVIDs, in process',
    unit: 'mints/s and core',
    rounds,
    contenders: [...yardstick('OpenSSL: 1 sign', ({ signs }) => signs), contenders.jwt],
  });
}

async function minting(milliseconds: number): Promise<Record<'x509' | 'jwt' | 'wit', Contender>> {
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  const notAfter = new Date(notBefore.getTime() + 3_600_000);
  const lifetime = { notBefore, notAfter };
  const span = { issuedAt: notBefore, expiresAt: notAfter };
  const authority = await createAuthority({ trustDomain, ...lifetime });
  const tokenAuthority = await createTokenAuthority(notAfter);
  const csrs = await Promise.all(
    ids.map(async (spiffeId) => {
      const csr = createCsr({ spiffeId, ...(await generateP256KeyPair()) });
      return { spiffeId, csr: Buffer.from(csr).toString('base64') };
    }),
  );
  const contender = (name: string, mint: (request: { spiffeId: string; csr: string }) => void): Contender => {
    let next = 0;
    const once = () => mint(csrs[next++ % csrs.length] ?? { spiffeId: '', csr: '' });
    return { name, measure: () => ratePerCore(milliseconds, once) };
  };
  return {
    x509: contender('X.509-SVID: verify CSR, mint, check', ({ spiffeId, csr }) => {
      const { publicKeySpki } = verifyCsr(Buffer.from(csr, 'base64'));
      const order = { authority, spiffeId, publicKeySpki, ...lifetime };
      const minted = mintX509Svid(order);
      checkMintedSvid(minted, order);
      Buffer.from(minted.certificate).toString('base64');
    }),
    wit: contender('WIT-SVID: verify CSR, mint, check', ({ spiffeId, csr }) => {
      const { publicKeySpki } = verifyCsr(Buffer.from(csr, 'base64'));
      const order = { authority: tokenAuthority, spiffeId, publicKeySpki, ...span };
      checkMintedWitSvid(mintWitSvid(order), order);
    }),
    jwt: contender('JWT-SVID: mint, check', ({ spiffeId }) => {
      const order = {
        authority: tokenAuthority,
        spiffeId,
        audience: [`spiffe://${trustDomain}/network`],
        ...span,
      };
      checkMintedJwtSvid(mintJwtSvid(order), order);
    }),
  };
}
