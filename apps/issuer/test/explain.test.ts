import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newEnvironment, removeEnvironment, startTestIssuer, type TestIssuer } from './test-issuer.ts';

const policy = {
  id: 'agent-process',
  selectors: ['unix:uid:1000', 'interpreter:path:/agents/{agent}/main.mjs'],
  spiffeId: 'spiffe://{trustDomain}/agent/{agent}',
  nodes: ['host-1'],
};

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres);
  issuer = await startTestIssuer(environment);
  await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

describe('POST /admin/explain', () => {
  const explain = (question: object) => issuer.admin('POST', '/admin/explain', question);
  const about = { policyId: 'agent-process', template: policy.spiffeId, nodes: ['host-1'] };

  it('says which policy matches', async () => {
    const selectors = ['unix:uid:1000', 'interpreter:path:/agents/ada/main.mjs'];
    expect(await explain({ selectors, node: 'host-1' })).toMatchObject({
      status: 200,
      body: { policies: [{ ...about, spiffeIds: ['spiffe://moltbook.test/agent/ada'] }] },
    });
  });

  it('says why none does, and neither mints nor records anything', async () => {
    const before = issuer.ledger().length;
    expect(await explain({ selectors: ['unix:uid:1000'] })).toMatchObject({
      status: 200,
      body: {
        policies: [
          {
            ...about,
            spiffeIds: [],
            refusal: { reason: 'selector-missing', detail: 'interpreter:path:/agents/{agent}/main.mjs' },
          },
        ],
      },
    });
    expect(issuer.ledger().length).toBe(before);
  });

  it('is for the operator alone: a sidecar is not told', async () => {
    const { client } = await issuer.admitSidecar();
    expect((await client.post('/admin/explain', { selectors: [] })).status).toBe(404);
  });

  it.each([{}, { selectors: 'unix:uid:1' }, { selectors: [], node: 'a/b' }])(
    'refuses %j',
    async (question) => {
      expect((await explain(question)).status).toBe(400);
    },
  );
});
