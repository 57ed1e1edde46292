import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { issuance } from '@blastradius/contracts';
import { createAuthority, createCsr, generateP256KeyPair, mintX509Svid } from '@blastradius/pki';
import { certificatesToPem, createX509Svid, verifyX509Svid, X509BundleSet } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, identityOf } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const agentPolicy = {
  id: 'agent-process',
  selectors: ['unix:uid:1000', 'interpreter:path:/agents/{agent}/main.mjs'],
  spiffeId: 'spiffe://{trustDomain}/agent/{agent}',
};
const hostPolicy = {
  id: 'agent-host',
  selectors: ['unix:path:/fleet'],
  spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
  instances: Array.from({ length: 120 }, (_, index) => `hosted-${index}`),
  dnsNames: ['agents.moltbook.test'],
};
const agentSelectors = ['unix:uid:1000', 'interpreter:path:/agents/ada/main.mjs'];
const agentId = `spiffe://${trustDomain}/agent/ada`;

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres);
  issuer = await startTestIssuer(environment);
  expect((await issuer.admin('PUT', '/admin/policies', { policies: [agentPolicy, hostPolicy] })).status).toBe(
    200,
  );
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

const refusedText = (text: string) => text.replace(/"traceId":"[^"]*"/, '"traceId":""');

describe('a join token', () => {
  const join = async (joinToken: string, authorities: string[], csr?: string) =>
    issuer
      .client(authorities)
      .post('/v1/attest/join-token', { joinToken, csr: csr ?? (await csrFor('x')).csr });

  it('admits one sidecar, whose SVID is its node’s and verifies', async () => {
    const { joinToken, authorities } = await issuer.mintJoinToken('node-1');
    const { csr, privateKey } = await csrFor(`spiffe://${trustDomain}/sidecar`);
    const answer = await join(joinToken, authorities, csr);
    const { svid, bundle } = issuance.joinTokenAnswer.parse(answer.body);
    const parsed = createX509Svid({
      certificates: svid.certificateChain.map((c) => Buffer.from(c, 'base64')),
      privateKey,
    });
    expect(String(parsed.spiffeId)).toBe(`spiffe://${trustDomain}/sidecar/node-1`);
    expect(svid.notAfterMs).toBe(parsed.notAfter.getTime());
    expect(bundle.x509Authorities).toEqual(authorities);
    expect((await join(joinToken, authorities)).status).toBe(401);
  });

  it('admits exactly one of many that come at once', async () => {
    const { joinToken, authorities } = await issuer.mintJoinToken('node-2');
    const answers = await Promise.all(Array.from({ length: 12 }, () => join(joinToken, authorities)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      200,
      ...Array.from({ length: 11 }, () => 401),
    ]);
  });

  it('is kept as a hash only', async () => {
    const { joinToken } = await issuer.mintJoinToken('node-3');
    const client = new pg.Client({ connectionString: environment['DATABASE_URL'] });
    await client.connect();
    const { rows } = await client.query<{ row: string }>('select t::text as row from issuer.join_tokens t');
    await client.end();
    const kept = rows.map(({ row }) => row).join('\n');
    expect(kept).toContain(createHash('sha256').update(joinToken).digest('hex'));
    expect(kept).not.toContain(joinToken);
    expect(kept).not.toContain(Buffer.from(joinToken, 'base64url').toString('hex'));
  });

  it('is not used up by a request whose proof of possession fails', async () => {
    const { joinToken, authorities } = await issuer.mintJoinToken('node-4');
    const [mine, theirs] = await Promise.all([generateP256KeyPair(), generateP256KeyPair()]);
    const forged = createCsr({ spiffeId: agentId, publicKey: theirs.publicKey, privateKey: mine.privateKey });
    expect((await join(joinToken, authorities, Buffer.from(forged).toString('base64'))).status).toBe(401);
    expect((await join(joinToken, authorities)).status).toBe(200);
  });

  it('ends with its lifetime', async () => {
    const { joinToken, authorities } = await issuer.mintJoinToken('node-5', 0.001);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await join(joinToken, authorities)).status).toBe(401);
  });
});

describe('a caller without a sidecar’s SVID', () => {
  it('gets the same text whatever is wrong with it', async () => {
    const { authorities, identity } = await issuer.admitSidecar('texts');
    const agent = await agentIdentity();
    const rogue = await rogueIdentity();
    const strangers = [undefined, agent, rogue].map((one) => issuer.client(authorities, one));
    const answers = await Promise.all([
      ...strangers.flatMap((client) => [
        client.get('/v1/bundle'),
        client.post('/v1/entitlements', { selectors: [] }),
        client.post('/v1/x509-svids', { nonsense: true }),
        client.send('POST', '/v1/renew', '{', { 'content-type': 'application/json' }),
        client.get('/v1/no-such-route'),
      ]),
      issuer.client(authorities).post('/v1/attest/join-token', { joinToken: 'x', csr: 'AAAA' }),
      issuer.client(authorities).post('/v1/attest/join-token', { nonsense: true }),
      issuer.client(authorities).post('/v1/attest/join-token', { joinToken: 'x'.repeat(20_000) }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ text }) => refusedText(text))).size).toBe(1);
    expect((await issuer.client(authorities, identity).get('/v1/bundle')).status).toBe(200);
  });

  it('may ask for the health alone', async () => {
    const { authorities } = await issuer.mintJoinToken();
    const stranger = issuer.client(authorities);
    expect((await stranger.get('/healthz')).body).toEqual({ status: 'live' });
    expect((await stranger.get('/readyz')).body).toEqual({ status: 'ready' });
  });

  async function agentIdentity() {
    const { client } = await issuer.admitSidecar('agents');
    const { csr, privateKey } = await csrFor(agentId);
    const body = { selectors: agentSelectors, requests: [{ spiffeId: agentId, csr }] };
    const { results } = issuance.x509SvidsAnswer.parse((await client.post('/v1/x509-svids', body)).body);
    return identityOf(issuance.x509SvidDocument.parse(results[0]), privateKey);
  }

  async function rogueIdentity() {
    const lifetime = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 60_000) };
    const authority = await createAuthority({ trustDomain, ...lifetime });
    const keys = await generateP256KeyPair();
    const publicKeySpki = keys.publicKey.export({ type: 'spki', format: 'der' });
    const spiffeId = `spiffe://${trustDomain}/sidecar/range`;
    const { certificate } = mintX509Svid({ authority, spiffeId, publicKeySpki, ...lifetime });
    const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { cert: certificatesToPem([certificate]), key };
  }
});

describe('entitlements', () => {
  it('are what the policies make of the attested selectors', async () => {
    const { client } = await issuer.admitSidecar();
    const answer = await client.post('/v1/entitlements', { selectors: agentSelectors });
    expect(issuance.entitlementsAnswer.parse(answer.body)).toEqual({
      entitlements: [{ spiffeId: agentId, hint: 'agent-process', policyId: 'agent-process' }],
      ttlSeconds: 60,
    });
    const none = await client.post('/v1/entitlements', { selectors: ['unix:uid:1000'] });
    expect(none.body).toMatchObject({ entitlements: [] });
  });

  it('follow a replaced set of policies at once', async () => {
    const { client } = await issuer.admitSidecar();
    const later = { id: 'later', selectors: ['unix:path:/later'], spiffeId: 'spiffe://{trustDomain}/later' };
    const ask = async () => (await client.post('/v1/entitlements', { selectors: ['unix:path:/later'] })).text;
    expect(await ask()).not.toContain('/later');
    await issuer.admin('PUT', '/admin/policies', { policies: [agentPolicy, hostPolicy, later] });
    expect(await ask()).toContain('/later');
    await issuer.admin('PUT', '/admin/policies', { policies: [agentPolicy, hostPolicy] });
    expect(await ask()).not.toContain('/later');
  });

  it('refuses a policy that would make a workload part of the identity plane', async () => {
    const policy = { id: 'evil', selectors: ['a'], spiffeId: 'spiffe://{trustDomain}/sidecar/evil' };
    const answer = await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'registration.policy-invalid' } });
  });
});

describe('a policy that is bound to a node', () => {
  const boundId = `spiffe://${trustDomain}/bound`;
  const policy = { id: 'bound', nodes: ['host-1'], selectors: ['x'], spiffeId: boundId };

  it('gives a sidecar of another node nothing for the same selectors, whatever its body says', async () => {
    await issuer.admin('PUT', '/admin/policies', { policies: [agentPolicy, hostPolicy, policy] });
    const [own, other] = await Promise.all([issuer.admitSidecar('host-1'), issuer.admitSidecar('host-2')]);
    const { csr } = await csrFor(boundId);
    const body = {
      selectors: ['x'],
      node: 'host-1',
      nodes: ['host-1'],
      requests: [{ spiffeId: boundId, csr }],
    };
    const idsFor = async ({ client }: typeof own) =>
      issuance.entitlementsAnswer
        .parse((await client.post('/v1/entitlements', body)).body)
        .entitlements.map(({ spiffeId }) => spiffeId);
    expect(await idsFor(own)).toEqual([boundId]);
    expect(await idsFor(other)).toEqual([]);
    const minted = await own.client.post('/v1/x509-svids', body);
    expect(issuance.x509SvidsAnswer.parse(minted.body).results[0]).toHaveProperty('certificateChain');
    const refused = await other.client.post('/v1/x509-svids', body);
    expect(issuance.x509SvidsAnswer.parse(refused.body).results).toEqual([
      { spiffeId: boundId, refused: 'issuance.not-entitled' },
    ]);
    await issuer.admin('PUT', '/admin/policies', { policies: [agentPolicy, hostPolicy] });
  });
});

describe('a batch', () => {
  it('is answered in its order, each request judged by itself', async () => {
    const { client, authorities } = await issuer.admitSidecar();
    const another = `spiffe://${trustDomain}/agent/eve`;
    const mine = await csrFor(agentId);
    const requests = [
      { spiffeId: agentId, csr: mine.csr },
      { spiffeId: another, csr: (await csrFor(another)).csr },
      { spiffeId: agentId, csr: (await csrFor(another)).csr },
      { spiffeId: agentId, csr: 'AAAA' },
    ];
    const answer = await client.post('/v1/x509-svids', { selectors: agentSelectors, requests });
    const { results } = issuance.x509SvidsAnswer.parse(answer.body);
    expect(results.slice(1)).toEqual([
      { spiffeId: another, refused: 'issuance.not-entitled' },
      { spiffeId: agentId, refused: 'issuance.csr-names-another-identity' },
      { spiffeId: agentId, refused: 'csr.malformed' },
    ]);
    const svid = issuance.x509SvidDocument.parse(results[0]);
    const bundles = new X509BundleSet([
      { trustDomain, authorities: authorities.map((a) => Buffer.from(a, 'base64')) },
    ]);
    const verified = verifyX509Svid(
      svid.certificateChain.map((c) => Buffer.from(c, 'base64')),
      bundles,
      new Date(),
    );
    expect(String(verified.spiffeId)).toBe(agentId);
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'svid-issued', serial: verified.serial, policyId: 'agent-process' }),
    );
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'svid-refused', spiffeId: another, reason: 'issuance.not-entitled' }),
    );
  });

  it('gives a host one SVID for each agent that it carries', async () => {
    const { client } = await issuer.admitSidecar();
    const requests = await Promise.all(
      hostPolicy.instances.map(async (name) => {
        const spiffeId = `spiffe://${trustDomain}/agent/${name}`;
        return { spiffeId, csr: (await csrFor(spiffeId)).csr };
      }),
    );
    const answer = await client.post('/v1/x509-svids', { selectors: ['unix:path:/fleet'], requests });
    const { results } = issuance.x509SvidsAnswer.parse(answer.body);
    expect(results.map(({ spiffeId }) => spiffeId)).toEqual(requests.map(({ spiffeId }) => spiffeId));
    expect(results.every((result) => 'certificateChain' in result)).toBe(true);
  });
});

describe('a sidecar', () => {
  it('renews its own SVID, and never another’s', async () => {
    const { client, authorities } = await issuer.admitSidecar('renewing');
    const own = `spiffe://${trustDomain}/sidecar/renewing`;
    const { csr, privateKey } = await csrFor(own);
    const { svid } = issuance.joinTokenAnswer.parse((await client.post('/v1/renew', { csr })).body);
    expect(svid.spiffeId).toBe(own);
    const renewed = issuer.client(authorities, identityOf(svid, privateKey));
    expect((await renewed.get('/v1/bundle')).status).toBe(200);
    const other = await csrFor(`spiffe://${trustDomain}/sidecar/other`);
    expect(await client.post('/v1/renew', { csr: other.csr })).toMatchObject({
      status: 400,
      body: { code: 'issuance.csr-names-another-identity' },
    });
  });
});

describe('the operator’s socket', () => {
  it('is its owner’s alone', () => {
    expect(statSync(environment['ADMIN_SOCKET'] ?? '').mode & 0o777).toBe(0o600);
  });
});
