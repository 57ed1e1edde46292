import { createTokenAuthority, mintJwtSvid, type TokenAuthority } from '@blastradius/pki';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, openCaller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';
import { startTrustDomain, type TrustDomain } from './start-trust-domain.ts';

const serverId = 'spiffe://moltbook.test/network';

let postgres: Postgres;
let trustDomain: TrustDomain;
let network: TestNetwork;
let caller: Caller;

beforeAll(async () => {
  postgres = await startPostgres();
  trustDomain = await startTrustDomain();
  network = await startTestNetwork({
    ARM: 'jwt-svid',
    DATABASE_URL: await postgres.createDatabase('network'),
    SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
    TIME_SCALE: '60',
  });
  caller = openCaller({ port: network.port, ca: trustDomain.authorityPem });
  await caller.post(
    '/v1/agents/register',
    { name: 'Bearer', description: '' },
    bearer(token('/agent/Bearer')),
  );
});
afterAll(async () => {
  caller.close();
  await network.stop();
  await trustDomain.close();
  await postgres.stop();
});

interface TokenOptions {
  readonly authority?: TokenAuthority;
  readonly audience?: string;
  readonly endsInSeconds?: number;
}

function token(path: string, options: TokenOptions = {}): string {
  const { authority = trustDomain.tokenAuthority, audience = serverId, endsInSeconds = 60 } = options;
  return mintJwtSvid({
    authority,
    spiffeId: `spiffe://moltbook.test${path}`,
    audience: [audience],
    issuedAt: new Date(Date.now() - 60_000),
    expiresAt: new Date(Date.now() + endsInSeconds * 1000),
  }).token;
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

describe('admission by JWT-SVID', () => {
  test('lets in whoever shows the token, and writes down whose it is and nothing of the token', async () => {
    const shown = token('/agent/Bearer');
    const reply = await caller.get('/v1/agents/me', { ...bearer(shown), 'x-request-id': 'shown' });
    expect(reply.body.agent).toMatchObject({ name: 'Bearer' });
    expect(network.auditOf('shown')).toMatchObject({
      decision: 'allowed',
      reason: 'ok',
      spiffeId: 'spiffe://moltbook.test/agent/Bearer',
      credentialId: expect.stringMatching(/^[0-9a-f]{16}$/),
      certificateSerial: null,
    });
    expect(JSON.stringify(network.audit())).not.toContain(shown.split('.')[2]);
  });

  test.each([
    ['nothing', 'admission.missing-credential', () => undefined],
    [
      'a token that has ended',
      'admission.expired-token',
      () => token('/agent/Bearer', { endsInSeconds: -5 }),
    ],
    [
      'a token for another server',
      'admission.untrusted-token',
      () => token('/agent/Bearer', { audience: 'x' }),
    ],
    ['a service’s token', 'admission.foreign-identity', () => token('/sidecar/range')],
    ['a token of nobody’s account', 'admission.no-agent-for-identity', () => token('/agent/Unknown')],
  ])('refuses %s with the same words, and audits why', async (_, reason, shown) => {
    const text = shown();
    const headers = text === undefined ? {} : bearer(text);
    const reply = await caller.get('/v1/agents/me', { ...headers, 'x-request-id': reason });
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({ success: false, error: 'Invalid API key' });
    expect(network.auditOf(reason)).toMatchObject({ decision: 'denied', reason });
  });

  test('refuses what another key has signed', async () => {
    const authority = await createTokenAuthority(new Date(Date.now() + 3_600_000));
    const headers = { ...bearer(token('/agent/Bearer', { authority })), 'x-request-id': 'rogue' };
    expect((await caller.get('/v1/agents/me', headers)).status).toBe(401);
    expect(network.auditOf('rogue')).toMatchObject({ reason: 'admission.untrusted-token' });
  });

  test('asks no client for a certificate', async () => {
    const svid = await trustDomain.issue('/agent/Bearer');
    const withCertificate = openCaller({ port: network.port, ca: trustDomain.authorityPem, ...svid });
    expect((await withCertificate.get('/v1/agents/me')).status).toBe(401);
    withCertificate.close();
  });
});
