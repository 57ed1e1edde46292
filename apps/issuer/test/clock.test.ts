import { X509Certificate } from 'node:crypto';
import { issuance } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csrFor } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const HOUR_MS = 3_600_000;
const PATIENCE = { timeout: 10_000 };

let postgres: Postgres;
let issuer: TestIssuer;
/** How far the issuer's clock is before everybody else's. */
let aheadMs: number;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  // Its authorities are two hours old and live for two more; its own certificate lives for a minute.
  aheadMs = -2 * HOUR_MS;
  const environment = await newEnvironment(postgres, {
    AUTHORITY_TTL_SECONDS: '14400',
    AUTHORITY_ROTATION_SECONDS: '12000',
  });
  issuer = await startTestIssuer(environment, { now: () => new Date(Date.now() + aheadMs) });
  aheadMs = 0;
  const { authorities } = await issuer.mintJoinToken();
  await expect.poll(() => canBeReached(authorities), PATIENCE).toBe('yes');
});
afterEach(async () => {
  await issuer.close();
  removeEnvironment(issuer.environment);
});

/** Whether a caller whose clock is right takes the issuer for what it is. */
async function canBeReached(authorities: readonly string[]): Promise<string> {
  try {
    await issuer.client(authorities).get('/health');
    return 'yes';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no';
  }
}

describe('an issuer whose clock', () => {
  it.each([HOUR_MS, -HOUR_MS])(
    'is %i ms wrong is taken for the issuer by nobody, and by everybody seconds after it was set right',
    async (wrongMs) => {
      const { authorities } = await issuer.mintJoinToken();
      expect(await canBeReached(authorities)).toBe('yes');
      aheadMs = wrongMs;
      await expect
        .poll(() => canBeReached(authorities), PATIENCE)
        .toBe(wrongMs > 0 ? 'CERT_NOT_YET_VALID' : 'CERT_HAS_EXPIRED');
      aheadMs = 0;
      await expect.poll(() => canBeReached(authorities), PATIENCE).toBe('yes');
    },
  );

  it('is set back takes no join token twice, and one that has ended by it before only after', async () => {
    const { joinToken, authorities } = await issuer.mintJoinToken('range', 60);
    const join = async () => {
      const { csr } = await csrFor(`spiffe://${trustDomain}/sidecar`);
      return issuer.client(authorities).post('/v1/attest/join-token', { joinToken, csr });
    };
    aheadMs = 120_000;
    // At once: the issuer's certificate is still the one of before.
    expect((await join()).status).toBe(401);
    aheadMs = 0;
    const { status, body } = await join();
    expect(status).toBe(200);
    const [leaf = ''] = issuance.joinTokenAnswer.parse(body).svid.certificateChain;
    const certificate = new X509Certificate(Buffer.from(leaf, 'base64'));
    expect(certificate.validFromDate.getTime()).toBeLessThanOrEqual(Date.now());
    aheadMs = -30_000;
    expect((await join()).status).toBe(401);
  });
});
