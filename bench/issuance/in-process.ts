import {
  createAuthority,
  createCsr,
  generateP256KeyPair,
  mintX509Svid,
  verifyCsr,
} from '../../packages/pki/src/index.ts';
import { type Session, wholeNumber } from '../harness/bench.ts';
import { rateOf } from '../harness/rate.ts';

const spiffeId = 'spiffe://moltbook.test/agent/a';

/** One core, no network, no database: what minting itself costs. */
export async function inProcess(session: Session): Promise<void> {
  const notBefore = new Date();
  const notAfter = new Date(notBefore.getTime() + 3_600_000);
  const authority = await createAuthority({ trustDomain: 'moltbook.test', notBefore, notAfter });
  const keys = await generateP256KeyPair();
  const csr = createCsr({ spiffeId, ...keys });
  const milliseconds = session.quick ? 20 : 1000;
  await session.compare({
    title: 'X.509-SVID in process',
    unit: 'mints/s',
    rounds: wholeNumber(session, 'rounds', session.quick ? 1 : 8),
    contenders: [
      {
        name: 'proof of possession and mint',
        measure: () =>
          rateOf(milliseconds, () => {
            const { publicKeySpki } = verifyCsr(csr);
            mintX509Svid({ authority, spiffeId, publicKeySpki, notBefore, notAfter });
          }),
      },
    ],
  });
}
