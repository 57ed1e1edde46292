import { createPublicKey, type KeyObject } from 'node:crypto';
import { issuance } from '@blastradius/contracts';
import {
  certificatesToPem,
  certificateThumbprint,
  verifyAccessToken,
  verifyDpopProof,
} from '@blastradius/spiffe';
import { freePort, type Postgres, startPostgres } from '@blastradius/testkit';
import { createLocalJWKSet, decodeJwt, type JWK, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, identityOf, type SidecarClient, type TestIdentity } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';
import { grantTypes, tokenTypes } from './token-range.ts';

const rs = 'https://rs.moltbook.test/';
const agent = (name: string) => `spiffe://${trustDomain}/agent/${name}`;
const policies = ['ada', 'bob'].map((name) => ({
  id: name,
  client: agent(name),
  grants: ['client_credentials', 'jwt-bearer', 'token-exchange'],
  audiences: [rs, agent('bob')],
  scopes: ['read', 'write'],
  mayActFor: name === 'bob' ? [agent('ada')] : [],
  delegationDepthMax: 1,
  bearer: name === 'bob',
}));

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;
let sidecar: SidecarClient;
let ca: string;
let asIssuer: string;
const agents: Agent[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  asIssuer = `https://localhost:${await freePort()}`;
  environment = await newEnvironment(postgres, {
    TOKEN_ENDPOINT_ISSUER: asIssuer,
    TOKEN_ENDPOINT_PORT: new URL(asIssuer).port,
  });
  issuer = await startTestIssuer(environment);
  const issuing = {
    id: 'agents',
    selectors: ['agent:{name}'],
    spiffeId: 'spiffe://{trustDomain}/agent/{name}',
  };
  await issuer.admin('PUT', '/admin/policies', { policies: [issuing] });
  expect((await issuer.admin('PUT', '/admin/token-policies', { policies })).status).toBe(200);
  const admitted = await issuer.admitSidecar();
  sidecar = admitted.client;
  ca = certificatesToPem(admitted.authorities.map((der) => Buffer.from(der, 'base64')));
});
afterAll(async () => {
  await Promise.all(agents.map((one) => one.close()));
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

/** As a sidecar gives it to the workload. */
async function jwtSvid(name: string): Promise<string> {
  const requests = [{ spiffeId: agent(name), audience: [asIssuer] }];
  const answer = await sidecar.post('/v1/jwt-svids', { selectors: [`agent:${name}`], requests });
  const { results } = issuance.tokenSvidsAnswer.parse(answer.body);
  return issuance.tokenSvidDocument.parse(results[0]).token;
}

async function x509Svid(name: string): Promise<TestIdentity> {
  const { csr, privateKey } = await csrFor(agent(name));
  const requests = [{ spiffeId: agent(name), csr }];
  const answer = await sidecar.post('/v1/x509-svids', { selectors: [`agent:${name}`], requests });
  const { results } = issuance.x509SvidsAnswer.parse(answer.body);
  return identityOf(issuance.x509SvidDocument.parse(results[0]), privateKey);
}

/** What `fetch` trusts, and what it shows: all that is ours in these clients. */
function fetchWith(identity?: TestIdentity): (url: string, options?: object) => Promise<Response> {
  const dispatcher = new Agent({ connect: { ca, ...identity } });
  agents.push(dispatcher);
  // undici's answers are Node's own in all but the name of their type.
  return async (url, options) => (await fetch(url, { ...options, dispatcher })) as unknown as Response;
}

/** Client authentication by a JWT-SVID, which no client of today has built in (draft-ietf-oauth-spiffe-client-auth). */
const byJwtSvid =
  (assertion: string): oauth.ClientAuth =>
  (_as, { client_id }, body) => {
    body.set('client_id', client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe');
    body.set('client_assertion', assertion);
  };

/** What a resource server does with a request. */
async function keysOfIssuer() {
  const answer = await fetchWith()(`${asIssuer}/oauth/jwks`);
  const { keys } = (await answer.json()) as { keys: JWK[] };
  return keys;
}
async function verifyAt(token: string, sender: { keyThumbprint?: string; certificateThumbprint?: string }) {
  const keys = new Map<string, KeyObject>(
    (await keysOfIssuer()).map((jwk) => [jwk.kid ?? '', createPublicKey({ key: { ...jwk }, format: 'jwk' })]),
  );
  return verifyAccessToken(token, { issuer: asIssuer, audience: rs, keys, now: new Date(), sender });
}

describe('openid-client', () => {
  const configure = async (name: string, auth: client.ClientAuth, identity?: TestIdentity) => {
    const customFetch: client.CustomFetch = fetchWith(identity);
    return client.discovery(new URL(asIssuer), agent(name), undefined, auth, {
      algorithm: 'oauth2',
      [client.customFetch]: customFetch,
    });
  };

  it('discovers us, and gets a certificate-bound token over mutual TLS', async () => {
    const identity = await x509Svid('ada');
    const config = await configure('ada', client.TlsClientAuth(), identity);
    expect(config.serverMetadata()).toMatchObject({
      token_endpoint: `${asIssuer}/oauth/token`,
      tls_client_certificate_bound_access_tokens: true,
    });
    const { access_token, token_type, expires_in } = await client.clientCredentialsGrant(config, {
      resource: rs,
      scope: 'read',
    });
    expect(token_type).toBe('bearer');
    expect(expires_in).toBeLessThanOrEqual(60);
    const certificate = Buffer.from(identity.cert.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const certificateOf = { certificateThumbprint: certificateThumbprint(certificate) };
    expect(await verifyAt(access_token, certificateOf)).toMatchObject({
      subject: agent('ada'),
      scopes: ['read'],
    });
    // The same token over a thief's connection, or over none that shows a certificate.
    await expect(verifyAt(access_token, {})).rejects.toMatchObject({ code: 'access-token.sender' });
    const thief = Buffer.from((await x509Svid('bob')).cert.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    await expect(
      verifyAt(access_token, { certificateThumbprint: certificateThumbprint(thief) }),
    ).rejects.toMatchObject({ code: 'access-token.sender' });
  });

  it('gets a token that is bound to its DPoP key, which opens nothing without the key', async () => {
    const config = await configure('ada', byJwtSvid(await jwtSvid('ada')) as client.ClientAuth);
    const keyPair = await client.randomDPoPKeyPair('ES256', { extractable: true });
    const DPoP = client.getDPoPHandle(config, keyPair);
    const { access_token, token_type } = await client.clientCredentialsGrant(
      config,
      { resource: rs },
      { DPoP },
    );
    expect(token_type).toBe('dpop');
    const keyThumbprint = await DPoP.calculateThumbprint();
    expect(await verifyAt(access_token, { keyThumbprint })).toMatchObject({
      confirmation: { jkt: keyThumbprint },
    });
    await expect(verifyAt(access_token, {})).rejects.toMatchObject({ code: 'access-token.sender' });
  });

  it('exchanges an agent’s token for one in which it is named as the actor', async () => {
    const ada = await configure('ada', byJwtSvid(await jwtSvid('ada')) as client.ClientAuth);
    const DPoP = client.getDPoPHandle(ada, await client.randomDPoPKeyPair());
    const handed = await client.clientCredentialsGrant(
      ada,
      { resource: agent('bob'), scope: 'read' },
      { DPoP },
    );
    const bobs = await jwtSvid('bob');
    const bob = await configure('bob', byJwtSvid(bobs) as client.ClientAuth);
    const exchanged = await client.genericGrantRequest(bob, grantTypes.tokenExchange, {
      subject_token: handed.access_token,
      subject_token_type: tokenTypes.accessToken,
      actor_token: bobs,
      actor_token_type: tokenTypes.jwt,
      resource: rs,
      scope: 'read',
    });
    expect(exchanged['issued_token_type']).toBe(tokenTypes.accessToken);
    expect(decodeJwt(exchanged.access_token)).toMatchObject({
      sub: agent('ada'),
      client_id: agent('bob'),
      act: { sub: agent('bob') },
    });
  });

  it('is told by OAuth’s words what is refused, and not why', async () => {
    const config = await configure('ada', byJwtSvid(await jwtSvid('bob')) as client.ClientAuth);
    await expect(client.clientCredentialsGrant(config, { resource: rs })).rejects.toMatchObject({
      error: 'invalid_client',
      error_description: undefined,
      status: 401,
    });
  });
});

describe('oauth4webapi', () => {
  const discover = async () => {
    const url = new URL(asIssuer);
    const options = { algorithm: 'oauth2' as const, [oauth.customFetch]: fetchWith() };
    return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
  };

  it('gets a token for its assertion alone (RFC 7523), and its resource server reads it', async () => {
    const as = await discover();
    const self = { client_id: agent('bob') };
    const parameters = { assertion: await jwtSvid('bob'), resource: rs, scope: 'read write' };
    const answer = await oauth.genericTokenEndpointRequest(
      as,
      self,
      oauth.None(),
      grantTypes.jwtBearer,
      parameters,
      {
        [oauth.customFetch]: fetchWith(),
      },
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { access_token } = await oauth.processGenericTokenEndpointResponse(as, self, answer);
    const request = new Request(rs, { headers: { authorization: `Bearer ${access_token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, rs, { [oauth.customFetch]: fetchWith() });
    expect(claims).toMatchObject({ sub: agent('bob'), client_id: agent('bob'), scope: 'read write' });
    await jwtVerify(access_token, createLocalJWKSet({ keys: await keysOfIssuer() }), {
      issuer: asIssuer,
      audience: rs,
      typ: 'at+jwt',
    });
  });

  it('gets a DPoP-bound token, and its resource server asks for the proof', async () => {
    const as = await discover();
    const self = { client_id: agent('ada') };
    const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
    const options = { DPoP, [oauth.customFetch]: fetchWith() };
    const auth = byJwtSvid(await jwtSvid('ada'));
    const answer = await oauth.clientCredentialsGrantRequest(as, self, auth, { resource: rs }, options);
    const { access_token, token_type } = await oauth.processClientCredentialsResponse(as, self, answer);
    expect(token_type).toBe('dpop');

    let shown: Request | undefined;
    const catchRequest = async (url: string, sent: object) => {
      shown = new Request(url, sent);
      return new Response('ok');
    };
    const catching = { DPoP, [oauth.customFetch]: catchRequest };
    await oauth.protectedResourceRequest(access_token, 'GET', new URL(rs), undefined, undefined, catching);
    if (shown === undefined) throw new TypeError('nothing was sent');
    const checking = { [oauth.customFetch]: fetchWith() };
    expect(await oauth.validateJwtAccessToken(as, shown, rs, checking)).toMatchObject({ sub: agent('ada') });
    const proof = await verifyDpopProof(shown.headers.get('dpop') ?? '', {
      method: 'GET',
      url: rs,
      now: new Date(),
      accessToken: access_token,
    });
    expect(await verifyAt(access_token, { keyThumbprint: proof.keyThumbprint })).toMatchObject({
      subject: agent('ada'),
    });
    // A thief with the token and a key of its own.
    const thief = new Request(rs, { headers: { authorization: `Bearer ${access_token}` } });
    await expect(oauth.validateJwtAccessToken(as, thief, rs, checking)).rejects.toThrow();
  });
});

describe('the token endpoint', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetchWith()(`${asIssuer}/oauth/token`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const form = async () =>
    new URLSearchParams({ grant_type: grantTypes.jwtBearer, assertion: await jwtSvid('bob'), resource: rs });
  const refusals = () =>
    issuer
      .ledger()
      .flatMap((record) =>
        record.ledger === 'issuer' && record.event === 'access-token-refused' ? [record.reason] : [],
      );

  it('takes an assertion once, whichever issuer it is shown to', async () => {
    const port = String(await freePort());
    const socket = `${environment['ADMIN_SOCKET']}2`;
    const ledger = `${environment['LEDGER_FILE']}2`;
    const other = await startTestIssuer({
      ...environment,
      TOKEN_ENDPOINT_PORT: port,
      ADMIN_SOCKET: socket,
      LEDGER_FILE: ledger,
    });
    try {
      const urls = [`${asIssuer}/oauth/token`, `https://localhost:${port}/oauth/token`];
      for (let round = 0; round < 5; round++) {
        const body = String(await form());
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const answers = await Promise.all(
          [...urls, ...urls].map((url) => fetchWith()(url, { method: 'POST', body, headers })),
        );
        expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400]);
      }
    } finally {
      await other.close();
    }
  });

  it('refuses other content than forms, and more than it needs, and writes that down', async () => {
    const json = await post(JSON.stringify({ grant_type: 'client_credentials' }), {
      'content-type': 'application/json',
    });
    expect([json.status, await json.json()]).toEqual([400, { error: 'invalid_request' }]);
    const xml = await post('<x/>', { 'content-type': 'text/xml' });
    expect([xml.status, await xml.json()]).toEqual([415, { error: 'invalid_request' }]);
    const large = await post(`grant_type=x&a=${'a'.repeat(70_000)}`);
    expect([large.status, await large.json()]).toEqual([413, { error: 'invalid_request' }]);
    const none = await post('');
    expect([none.status, await none.json()]).toEqual([400, { error: 'invalid_request' }]);
    for (const { headers } of [json, xml, large, none]) expect(headers.get('cache-control')).toBe('no-store');
    expect(refusals()).toEqual(
      expect.arrayContaining(['token-request.grant-type-missing', 'http.415', 'http.413']),
    );
  });

  it('shows nothing that sidecars ask for, and is not to be had where they ask', async () => {
    for (const path of ['/v1/bundle', '/v1/attest/join-token', '/admin/token-policies', '/v1/jwt-svids']) {
      expect((await fetchWith()(`${asIssuer}${path}`)).status).toBe(404);
    }
    const atSidecarsPort = await sidecar.send('POST', '/oauth/token', String(await form()), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(atSidecarsPort.status).not.toBe(200);
  });

  it('writes down who asked, who acts and for whom; and never a token', async () => {
    const answer = await post(String(await form()));
    const { access_token } = (await answer.json()) as { access_token: string };
    const { jti } = decodeJwt(access_token);
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({
        event: 'access-token-issued',
        kind: 'access-token',
        spiffeId: agent('bob'),
        client: agent('bob'),
        serial: jti,
        policyId: 'bob',
        actors: [],
        audience: [rs],
      }),
    );
    expect(JSON.stringify(issuer.ledger())).not.toContain(access_token.split('.')[2]);
  });

  it('goes on reading tokens of a key that signs no more, and signs with the next', async () => {
    const before = (await keysOfIssuer()).map(({ kid }) => kid);
    for (const step of ['prepare', 'activate']) {
      await issuer.admin('POST', '/admin/authority/rotate', { step, kind: 'access-token' });
    }
    const after = (await keysOfIssuer()).map(({ kid }) => kid);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(before.length + 1);
  });

  it('lets the operator see what is allowed, and refuses a policy that could grant nothing', async () => {
    const shown = await issuer.admin('GET', '/admin/token-policies');
    expect(shown.body).toMatchObject({
      policies: policies.map(({ id, client: of }) => ({ id, client: of })),
    });
    const useless = { id: 'x', client: agent('x'), mayActFor: [agent('ada')] };
    const refused = await issuer.admin('PUT', '/admin/token-policies', { policies: [useless] });
    expect(refused).toMatchObject({ status: 400, body: { code: 'token-policy.invalid' } });
    for (const wrong of [
      { client: 'ada' },
      { client: 'spiffe://*/agent' },
      { audience: [rs] },
      { ttlSecondsMax: 86_400 },
    ]) {
      const answer = await issuer.admin('PUT', '/admin/token-policies', {
        policies: [{ id: 'x', client: agent('x'), ...wrong }],
      });
      expect(answer.status).toBe(400);
    }
  });
});
