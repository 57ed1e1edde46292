import { X509Certificate } from 'node:crypto';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, type SidecarClient } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const digest = `docker:image_config_digest:sha256:${'a'.repeat(64)}`;
const agents = {
  id: 'agents',
  selectors: [digest],
  spiffeId: 'spiffe://{{trustDomain}}/agent/{{docker.label.agent}}',
  hint: '{{docker.label.agent}}',
  dnsNames: ['{{docker.label.agent}}.agents.test'],
  claims: { model: '{{docker.label.model}}', owner: 'team-a' },
  ttlSeconds: { x509: 30, jwt: 20, wit: 10 },
};
const selectors = [digest, 'docker:label:agent:ada', 'docker:label:model:m-1'];
const ada = `spiffe://${trustDomain}/agent/ada`;

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;
let sidecar: SidecarClient;

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres);
  issuer = await startTestIssuer(environment);
  ({ client: sidecar } = await issuer.admitSidecar());
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

const put = (...policies: object[]) => issuer.admin('PUT', '/admin/policies', { policies });
const current = async () =>
  issuerAdministration.policiesAnswer.parse((await issuer.admin('GET', '/admin/policies')).body);

describe('SVIDs under a policy over attested attributes', () => {
  it('say and last what the policy says, of all three kinds', async () => {
    expect(await put(agents)).toMatchObject({ status: 200, body: { policies: 1, warnings: [] } });
    const requests = [{ spiffeId: ada, csr: (await csrFor(ada)).csr }];
    const x509 = issuance.x509SvidsAnswer.parse(
      (await sidecar.post('/v1/x509-svids', { selectors, requests })).body,
    );
    const [svid] = x509.results;
    if (svid === undefined || 'refused' in svid) throw new TypeError('refused');
    const leaf = new X509Certificate(Buffer.from(svid.certificateChain[0] ?? '', 'base64'));
    expect(leaf.subjectAltName).toBe(`URI:${ada}, DNS:ada.agents.test`);
    expect(svid.notAfterMs - Date.now()).toBeLessThanOrEqual(30_000);
    const tokens = { jwt: [{ spiffeId: ada, audience: ['a'] }], wit: requests };
    for (const [kind, ttl] of [['jwt', 20] as const, ['wit', 10] as const]) {
      const answer = await sidecar.post(`/v1/${kind}-svids`, { selectors, requests: tokens[kind] });
      const [token] = issuance.tokenSvidsAnswer.parse(answer.body).results;
      if (token === undefined || 'refused' in token) throw new TypeError('refused');
      const claims = decodeJwt(token.token);
      expect(claims).toMatchObject({ sub: ada, model: 'm-1', owner: 'team-a' });
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(ttl);
    }
    const answer = await sidecar.post('/v1/entitlements', { selectors });
    expect(issuance.entitlementsAnswer.parse(answer.body).entitlements).toEqual([
      { spiffeId: ada, hint: 'ada', policyId: 'agents' },
    ]);
  });

  it('are explained with what they are made of', async () => {
    const answer = await issuer.admin('POST', '/admin/explain', { selectors });
    expect(issuerAdministration.explainAnswer.parse(answer.body).policies).toMatchObject([
      {
        spiffeIds: [ada],
        attributes: { 'docker.label.agent': 'ada', 'docker.label.model': 'm-1' },
        terms: { dnsNames: ['ada.agents.test'], ttlSeconds: { x509: 30, jwt: 20, wit: 10 } },
      },
    ]);
  });
});

describe('a set of policies', () => {
  it.each([
    [
      'policy agents, spiffeId: no attestor gives an attribute {{docker.lable.agent}} (try {{docker.label.agent}})',
      { ...agents, spiffeId: 'spiffe://{{trustDomain}}/{{docker.lable.agent}}' },
    ],
    ["policy agents, claims.sub: the claim sub is the standard's", { ...agents, claims: { sub: 'x' } }],
    [
      "policy agents, ttlSeconds.x509: 61 s is more than the issuer's own 60 s",
      { ...agents, ttlSeconds: { x509: 61 } },
    ],
    ['policies.1.dnsName', { ...agents, dnsName: ['a'] }],
  ])('is refused when it is written, and the one before stays: %s', async (reason, policy) => {
    await put(agents);
    const before = await current();
    const answer = await put({ ...agents, id: 'good' }, policy);
    expect(answer.status).toBe(400);
    if (reason.startsWith('policy ')) expect(answer.text).toContain(JSON.stringify(reason).slice(1, -1));
    expect(await current()).toEqual(before);
  });

  it('is written down when it is replaced, and warns of what may not be meant', async () => {
    const other = { ...agents, id: 'users', spiffeId: 'spiffe://{{trustDomain}}/agent/{{unix.user}}' };
    expect(await put(agents, other)).toMatchObject({
      status: 200,
      body: {
        warnings: [
          expect.stringContaining('policy users, spiffeId: it can make the same SPIFFE ID as policy agents'),
        ],
      },
    });
    expect(
      issuer
        .ledger()
        .filter(({ ledger }) => ledger === 'issuer')
        .at(-1),
    ).toMatchObject({
      event: 'policies-replaced',
      reason: '2 policies',
    });
  });

  it('that a later release has written is read as far as it is known', async () => {
    const name = (environment['DATABASE_URL'] ?? '').split('?')[0]?.split('/').at(-1) ?? '';
    const later = JSON.stringify([{ ...agents, dnsNames: [], later: { than: 'this' } }]);
    await postgres.query(
      name,
      `update issuer.trust_domain set policies = '${later}', policy_revision = policy_revision + 1`,
    );
    expect((await current()).policies.map(({ id }) => id)).toEqual(['agents']);
    const answer = await sidecar.post('/v1/entitlements', { selectors });
    expect(issuance.entitlementsAnswer.parse(answer.body).entitlements).toHaveLength(1);
  });
});

describe('a sidecar that waits for a change', () => {
  const revisionOf = async (known?: number) => {
    const answer = await sidecar.post('/v1/policy-revision', known === undefined ? {} : { known });
    return issuance.policyRevisionAnswer.parse(answer.body).revision;
  };

  it('is answered at once where it knows nothing, and when the operator has changed something', async () => {
    const known = await revisionOf();
    const startedAt = performance.now();
    const waiting = revisionOf(known);
    await put(agents);
    expect(await waiting).toBe(known + 1);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('is a sidecar: who shows no SVID is told nothing', async () => {
    const { authorities } = await issuer.mintJoinToken();
    expect((await issuer.client(authorities).post('/v1/policy-revision', {})).status).toBe(401);
  });

  it('does not keep an issuer from ending', async () => {
    const second = await startTestIssuer({ ...environment, ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` });
    const { client } = await second.admitSidecar('other');
    const { revision } = issuance.policyRevisionAnswer.parse(
      (await client.post('/v1/policy-revision', {})).body,
    );
    const waiting = client.post('/v1/policy-revision', { known: revision }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    const startedAt = performance.now();
    await second.close();
    await waiting;
    expect(performance.now() - startedAt).toBeLessThan(8000);
  });
});
