import { createHmac, randomUUID } from 'node:crypto';
import { certificateThumbprint } from '@blastradius/spiffe';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Answered,
  type Asked,
  agent,
  asIssuer,
  assertionType,
  type Claims,
  type Form,
  grantTypes,
  type LeftOut,
  outsider,
  p256,
  rs,
  type SvidChanges,
  type TokenRange,
  tokenRange,
  tokenTypes,
  tokenUrl,
} from './token-range.ts';

const policies = [
  {
    id: 'ada',
    client: agent('ada'),
    grants: ['client_credentials' as const, 'jwt-bearer' as const, 'token-exchange' as const],
    audiences: [rs, agent('bob'), agent('cyd')],
    scopes: ['read', 'write'],
    delegationDepthMax: 2,
    bearer: true,
  },
  ...['bob', 'cyd'].map((name) => ({
    id: name,
    client: agent(name),
    grants: ['token-exchange' as const],
    audiences: [rs, agent('cyd')],
    scopes: ['read', 'write', 'admin'],
    mayActFor: [agent('ada')],
    delegationDepthMax: 2,
    bearer: true,
  })),
  {
    id: 'outsider',
    client: outsider,
    grants: ['client_credentials' as const, 'jwt-bearer' as const],
    audiences: [rs],
    ttlSecondsMax: 60,
    bearer: true,
  },
];

let range: TokenRange;
beforeAll(async () => {
  range = await tokenRange(policies);
});

type Svid = (changes?: SvidChanges) => Promise<string>;
type Build = () => Promise<Asked>;
type Row = readonly [defect: string, error: string, code: string, Build];

const svidOf =
  (name: string): Svid =>
  (changes) =>
    range.jwtSvid(agent(name), changes);
const asClient = async (name: string, form: Form): Promise<Form> => ({
  client_assertion_type: assertionType,
  client_assertion: await svidOf(name)(),
  ...form,
});
const credentials = async (form: Form = {}): Promise<Form> =>
  asClient('ada', { grant_type: 'client_credentials', resource: rs, scope: 'read', ...form });
const bearerGrant = async (form: Form = {}): Promise<Form> => ({
  grant_type: grantTypes.jwtBearer,
  assertion: await svidOf('ada')(),
  resource: rs,
  scope: 'read',
  ...form,
});
const exchange = async (form: Form = {}, who = 'bob'): Promise<Form> =>
  asClient(who, {
    grant_type: grantTypes.tokenExchange,
    subject_token: await range.accessToken(),
    subject_token_type: tokenTypes.accessToken,
    actor_token: await svidOf(who)(),
    actor_token_type: tokenTypes.jwt,
    resource: rs,
    scope: 'read',
    ...form,
  });

const hs256 = (token: string) => {
  const [, payload] = token.split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: range.keys.jwt.keyId }));
  const input = `${header.toString('base64url')}.${payload}`;
  const secret = range.keys.jwt.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};
const withHeader = (token: string, header: object) =>
  [Buffer.from(JSON.stringify(header)).toString('base64url'), ...token.split('.').slice(1)].join('.');
const negatedSignature = (token: string) => {
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
  const cut = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(cut + 1), 'base64url');
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const other = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
  return `${token.slice(0, cut + 1)}${Buffer.concat([signature.subarray(0, 32), other]).toString('base64url')}`;
};

/** What makes a JWT-SVID no JWT-SVID for us, in whichever place of a request it stands. */
const badSvids: readonly [defect: string, code: string, of: (svid: Svid) => Promise<string>][] = [
  ['another audience', 'jwt-svid.audience-mismatch', (svid) => svid({ claims: { aud: [rs] } })],
  [
    'our endpoint’s address as its audience',
    'jwt-svid.audience-mismatch',
    (svid) => svid({ claims: { aud: [tokenUrl] } }),
  ],
  [
    'our issuer with a slash as its audience',
    'jwt-svid.audience-mismatch',
    (svid) => svid({ claims: { aud: [`${asIssuer}/`] } }),
  ],
  [
    'us and another as its audience',
    'jwt-svid.audience-not-sole',
    (svid) => svid({ claims: { aud: [asIssuer, rs] } }),
  ],
  [
    'us twice as its audience',
    'jwt-svid.audience-not-sole',
    (svid) => svid({ claims: { aud: [asIssuer, asIssuer] } }),
  ],
  ['no audience', 'jwt-svid.audience-missing', (svid) => svid({ claims: { aud: undefined } })],
  ['an end in the past', 'jwt-svid.expired', (svid) => svid({ claims: { exp: range.seconds() - 61 } })],
  [
    'a beginning in the future',
    'jwt-svid.not-yet-valid',
    (svid) => svid({ claims: { nbf: range.seconds() + 61 } }),
  ],
  [
    'an issue in the future',
    'jwt-svid.issued-in-future',
    (svid) => svid({ claims: { iat: range.seconds() + 61 } }),
  ],
  [
    'a signature by the key for WIT-SVIDs',
    'jwt-svid.authority-unknown',
    (svid) => svid({ authority: range.keys.wit }),
  ],
  [
    'a signature by the key for access tokens',
    'jwt-svid.authority-unknown',
    (svid) => svid({ authority: range.keys.access }),
  ],
  [
    'a signature by the key of another trust domain',
    'jwt-svid.authority-unknown',
    (svid) => svid({ authority: range.keys.foreign }),
  ],
  [
    'the kid of our key over another’s signature',
    'jwt-svid.signature',
    (svid) => svid({ authority: range.keys.rogue, header: { kid: range.keys.jwt.keyId } }),
  ],
  [
    'no kid, by the key for access tokens',
    'jwt-svid.signature',
    (svid) => svid({ authority: range.keys.access, header: { kid: undefined } }),
  ],
  ['HS256 by our public key', 'jwt-svid.algorithm', async (svid) => hs256(await svid())],
  ['alg none', 'jwt-svid.algorithm', async (svid) => withHeader(await svid(), { alg: 'none', typ: 'JWT' })],
  [
    'a key that it brings along',
    'jwt-svid.header-parameter',
    (svid) =>
      svid({
        authority: range.keys.rogue,
        header: { jwk: range.keys.rogue.publicKey.export({ format: 'jwk' }) },
      }),
  ],
  [
    'an address of keys (jku)',
    'jwt-svid.header-parameter',
    (svid) => svid({ header: { jku: 'https://thief.test/jwks' } }),
  ],
  [
    'an address of certificates (x5u)',
    'jwt-svid.header-parameter',
    (svid) => svid({ header: { x5u: 'https://thief.test/x' } }),
  ],
  ['the type of an access token', 'jwt-svid.type', (svid) => svid({ header: { typ: 'at+jwt' } })],
  ['the type of a WIT-SVID', 'jwt-svid.type', (svid) => svid({ header: { typ: 'wit+jwt' } })],
  ['an access token of ours in its place', 'jwt-svid.type', () => range.accessToken({ aud: [asIssuer] })],
  [
    'an unknown trust domain',
    'jwt-svid.trust-domain-unknown',
    () => range.jwtSvid('spiffe://unknown.test/agent/ada'),
  ],
  ['no SPIFFE ID', 'jwt-svid.spiffe-id-invalid', (svid) => svid({ claims: { sub: 'ada' } })],
  ['no token at all', 'jwt-svid.malformed', () => Promise.resolve('x.y')],
];

/** The places in which a JWT-SVID may stand, and what is answered where it is none. */
const places: readonly [place: string, error: string, who: string, ask: (svid: string) => Promise<Form>][] = [
  ['client_assertion', 'invalid_client', 'ada', (client_assertion) => credentials({ client_assertion })],
  ['assertion', 'invalid_grant', 'ada', (assertion) => bearerGrant({ assertion })],
  ['actor_token', 'invalid_request', 'bob', (actor_token) => exchange({ actor_token })],
  [
    'subject_token',
    'invalid_request',
    'ada',
    (subject_token) => exchange({ subject_token, subject_token_type: tokenTypes.jwt }),
  ],
];

const badSubjects: readonly [defect: string, code: string, () => Promise<string>][] = [
  ['a JWT-SVID in the place of an access token', 'access-token.claim', () => range.jwtSvid(agent('ada'))],
  ['a JWT-SVID’s type', 'access-token.type', () => range.accessToken({}, { header: { typ: 'JWT' } })],
  ['a WIT-SVID’s type', 'access-token.type', () => range.accessToken({}, { header: { typ: 'wit+jwt' } })],
  [
    'the key for JWT-SVIDs',
    'access-token.authority-unknown',
    () => range.accessToken({}, { authority: range.keys.jwt }),
  ],
  [
    'the key for WIT-SVIDs',
    'access-token.authority-unknown',
    () => range.accessToken({}, { authority: range.keys.wit }),
  ],
  [
    'our kid over another’s signature',
    'access-token.signature',
    () => range.accessToken({}, { authority: range.keys.rogue, header: { kid: range.keys.access.keyId } }),
  ],
  ['another issuer', 'access-token.issuer', () => range.accessToken({ iss: 'https://as.other.test' })],
  ['an end in the past', 'access-token.expired', () => range.accessToken({ exp: range.seconds() - 61 })],
  [
    'an end within the clocks’ leeway',
    'token.not-ended',
    () => range.accessToken({ exp: range.seconds() - 1 }),
  ],
  [
    'a beginning in the future',
    'access-token.not-yet-valid',
    () => range.accessToken({ nbf: range.seconds() + 61 }),
  ],
  [
    'an actor that was cut out of its chain',
    'access-token.signature',
    async () => {
      const [header, payload = '', signature] = (
        await range.accessToken({ act: { sub: agent('cyd') } })
      ).split('.');
      const { act: _, ...claims } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    },
  ],
  [
    'a cnf that was cut off',
    'access-token.signature',
    async () => {
      const [header, payload = '', signature] = (
        await range.accessToken({ cnf: { jkt: 'k'.repeat(43) } })
      ).split('.');
      const { cnf: _, ...claims } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    },
  ],
];

const formOnly =
  (form: () => Promise<Form>): Build =>
  async () => ({ form: await form() });
const ofClient: readonly Row[] = [
  [
    'another client_id than its own',
    'invalid_client',
    'client.id-mismatch',
    formOnly(() => credentials({ client_id: agent('bob') })),
  ],
  [
    'no authentication',
    'invalid_client',
    'client.none',
    formOnly(() => credentials({ client_assertion: undefined, client_assertion_type: undefined })),
  ],
  [
    'a client_id alone',
    'invalid_client',
    'client.none',
    formOnly(() =>
      credentials({ client_id: agent('ada'), client_assertion: undefined, client_assertion_type: undefined }),
    ),
  ],
  [
    'an assertion without its type',
    'invalid_request',
    'token-request.client-assertion-incomplete',
    formOnly(() => credentials({ client_assertion_type: undefined })),
  ],
  [
    'an assertion of another type',
    'invalid_client',
    'client.assertion-type',
    formOnly(() =>
      credentials({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }),
    ),
  ],
  [
    'a shared secret',
    'invalid_client',
    'client.secret',
    formOnly(() => credentials({ client_secret: 's3cret' })),
  ],
  [
    'an authorization header',
    'invalid_client',
    'client.authorization-header',
    async () => ({ form: await credentials(), hasAuthorizationHeader: true }),
  ],
  [
    'both methods at once',
    'invalid_request',
    'client.two-methods',
    async () => ({ form: await credentials(), certificates: range.x509Svid(agent('ada')) }),
  ],
  [
    'a certificate of a CA of its own',
    'invalid_client',
    'svid.untrusted',
    async () => mtls(range.x509Svid(agent('ada'), range.authorities.rogueX509)),
  ],
  [
    'a certificate of another trust domain’s CA',
    'invalid_client',
    'svid.untrusted',
    async () => mtls(range.x509Svid(agent('ada'), range.authorities.foreignX509)),
  ],
  [
    'a certificate that has ended',
    'invalid_client',
    'svid.expired',
    async () => mtls(range.x509Svid(agent('ada'), undefined, new Date(range.clock.now().getTime() - 1000))),
  ],
  [
    'a certificate and another client_id',
    'invalid_client',
    'client.id-mismatch',
    async () => mtls(range.x509Svid(agent('ada')), { client_id: agent('bob') }),
  ],
];
const mtls = async (certificates: readonly Uint8Array[], form: Form = {}): Promise<Asked> => ({
  form: await credentials({ client_assertion: undefined, client_assertion_type: undefined, ...form }),
  certificates,
});
const ofRequest: readonly Row[] = [
  [
    'no grant',
    'invalid_request',
    'token-request.grant-type-missing',
    formOnly(() => credentials({ grant_type: undefined })),
  ],
  [
    'another grant',
    'unsupported_grant_type',
    'token-request.grant-type',
    formOnly(() => credentials({ grant_type: 'password' })),
  ],
  [
    'a grant by the name of a member of all objects',
    'unsupported_grant_type',
    'token-request.grant-type',
    formOnly(() => credentials({ grant_type: 'constructor' })),
  ],
  [
    'a parameter twice',
    'invalid_request',
    'token-request.parameter-repeated',
    formOnly(() => credentials({ scope: ['read', 'write'] })),
  ],
  [
    'a client assertion twice',
    'invalid_request',
    'token-request.parameter-repeated',
    formOnly(async () => credentials({ client_assertion: [await svidOf('ada')(), await svidOf('ada')()] })),
  ],
  [
    'a parameter twice, once empty',
    'invalid_request',
    'token-request.parameter-repeated',
    formOnly(() => credentials({ scope: ['', 'read'] })),
  ],
  [
    'no audience',
    'invalid_target',
    'token-request.audience',
    formOnly(() => credentials({ resource: undefined })),
  ],
  [
    'a resource that is no URI',
    'invalid_target',
    'token-request.resource',
    formOnly(() => credentials({ resource: 'rs' })),
  ],
  [
    'a resource with a fragment',
    'invalid_target',
    'token-request.resource',
    formOnly(() => credentials({ resource: `${rs}#x` })),
  ],
  [
    'an audience of no policy',
    'invalid_target',
    'token.audience',
    formOnly(() => credentials({ resource: 'https://else.test' })),
  ],
  [
    'a good audience and another',
    'invalid_target',
    'token.audience',
    formOnly(() => credentials({ resource: [rs, 'https://else.test'] })),
  ],
  [
    'a scope of no policy',
    'invalid_scope',
    'token.scope',
    formOnly(() => credentials({ scope: 'read admin' })),
  ],
  [
    'a scope that is none',
    'invalid_scope',
    'token-request.scope',
    formOnly(() => credentials({ scope: 'read "admin"' })),
  ],
  [
    'a client of no policy',
    'unauthorized_client',
    'token.client',
    formOnly(async () => credentials({ client_assertion: await svidOf('eve')() })),
  ],
  [
    'a grant that its policy does not name',
    'unauthorized_client',
    'token.grant',
    formOnly(async () => credentials({ client_assertion: await svidOf('bob')() })),
  ],
  [
    'jwt-bearer: no assertion',
    'invalid_request',
    'token-request.assertion-missing',
    formOnly(() => bearerGrant({ assertion: undefined })),
  ],
  [
    'jwt-bearer: an assertion of another, by a client that may not stand in',
    'unauthorized_client',
    'token.grant',
    formOnly(async () => asClient('bob', await bearerGrant())),
  ],
  [
    'jwt-bearer: an assertion of another, by a client that may use the grant',
    'invalid_grant',
    'token.may-impersonate',
    formOnly(async () =>
      asClient(
        'ada',
        await bearerGrant({
          assertion: await range.jwtSvid(outsider, { authority: range.keys.foreign }),
          scope: undefined,
        }),
      ),
    ),
  ],
  [
    'jwt-bearer: another client_id than the assertion’s',
    'invalid_client',
    'client.id-mismatch',
    formOnly(() => bearerGrant({ client_id: agent('bob') })),
  ],
];
const ofExchange: readonly Row[] = [
  [
    'no subject',
    'invalid_request',
    'token-request.subject-token-missing',
    formOnly(() => exchange({ subject_token: undefined })),
  ],
  [
    'a subject of an unknown type',
    'invalid_request',
    'token-request.token-type',
    formOnly(() => exchange({ subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' })),
  ],
  [
    'an actor without its type',
    'invalid_request',
    'token-request.actor-token-type-missing',
    formOnly(() => exchange({ actor_token_type: undefined })),
  ],
  [
    'an access token as the actor',
    'invalid_request',
    'token-request.actor-token-type',
    formOnly(async () =>
      exchange({ actor_token: await range.accessToken(), actor_token_type: tokenTypes.accessToken }),
    ),
  ],
  [
    'another type of token wanted',
    'invalid_request',
    'token-request.requested-token-type',
    formOnly(() => exchange({ requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' })),
  ],
  [
    'no client',
    'invalid_client',
    'client.none',
    formOnly(() => exchange({ client_assertion: undefined, client_assertion_type: undefined })),
  ],
  [
    'more scope than the subject token has',
    'invalid_scope',
    'token.scope-of-subject',
    formOnly(() => exchange({ scope: 'admin' })),
  ],
  [
    'an audience that the actor may not reach',
    'invalid_target',
    'token.audience',
    formOnly(() => exchange({ resource: agent('bob') })),
  ],
  [
    'an actor other than the client',
    'invalid_request',
    'token.actor-is-client',
    formOnly(async () => exchange({ actor_token: await svidOf('cyd')() })),
  ],
  [
    'an actor that was dropped',
    'invalid_request',
    'token.may-impersonate',
    formOnly(() => exchange({ actor_token: undefined, actor_token_type: undefined })),
  ],
  [
    'a token that was sent to another',
    'invalid_request',
    'token.presenter',
    formOnly(async () => exchange({ subject_token: await range.accessToken({ aud: [agent('cyd')] }) })),
  ],
  [
    'an actor beyond the depth',
    'invalid_request',
    'token.depth',
    formOnly(async () =>
      exchange({
        subject_token: await range.accessToken({ act: { sub: agent('cyd'), act: { sub: agent('cyd') } } }),
      }),
    ),
  ],
  [
    'a bound token of another client, with a key of the thief’s own',
    'invalid_request',
    'token.presenter',
    async () => ({
      form: await exchange({
        subject_token: await range.accessToken({ cnf: { jkt: 'k'.repeat(43) }, aud: [rs] }),
      }),
      dpop: [await range.dpop(p256())],
    }),
  ],
  [
    'its own bound token without its key',
    'invalid_request',
    'token.presenter',
    async () => ({
      form: await asClient('ada', {
        grant_type: grantTypes.tokenExchange,
        subject_token: await range.accessToken({ cnf: { jkt: 'k'.repeat(43) }, aud: [rs] }),
        subject_token_type: tokenTypes.accessToken,
        resource: rs,
      }),
    }),
  ],
];
const withProof =
  (changes: Claims): Build =>
  async () => ({
    form: await credentials(),
    dpop: [await range.dpop(p256(), changes)],
  });
const ofDpop: readonly Row[] = [
  [
    'two proofs',
    'invalid_dpop_proof',
    'dpop.repeated',
    async () => ({ form: await credentials(), dpop: [await range.dpop(p256()), await range.dpop(p256())] }),
  ],
  [
    'no proof but something',
    'invalid_dpop_proof',
    'dpop.malformed',
    async () => ({ form: await credentials(), dpop: ['x'] }),
  ],
  ['a proof for another address', 'invalid_dpop_proof', 'dpop.url', withProof({ htu: asIssuer })],
  ['a proof for another method', 'invalid_dpop_proof', 'dpop.method', withProof({ htm: 'GET' })],
  [
    'a proof of yesterday',
    'invalid_dpop_proof',
    'dpop.time',
    async () => ({
      form: await credentials(),
      dpop: [await range.dpop(p256(), { iat: range.seconds() - 86_400 })],
    }),
  ],
];

const expectRefused = async (answered: Answered, error: string, code: string) => {
  expect(answered).toEqual({ error, code });
  expect(range.acts.at(-1)).toMatchObject({
    event: 'access-token-refused',
    kind: 'access-token',
    reason: code,
  });
};

describe('control: nothing is wrong with', () => {
  const good: readonly [string, Build][] = [
    ['a client’s own credentials', formOnly(() => credentials())],
    ['a client’s own credentials with its id', formOnly(() => credentials({ client_id: agent('ada') }))],
    [
      'a client by its certificate',
      async () => mtls(range.x509Svid(agent('ada')), { client_id: agent('ada') }),
    ],
    ['an assertion', formOnly(() => bearerGrant())],
    ['an exchange of an access token', formOnly(() => exchange())],
    [
      'an exchange of a JWT-SVID',
      formOnly(async () =>
        exchange({ subject_token: await svidOf('ada')(), subject_token_type: tokenTypes.jwt }),
      ),
    ],
    [
      'one JWT-SVID for client and actor',
      formOnly(async () => {
        const one = await svidOf('bob')();
        return exchange({ client_assertion: one, actor_token: one });
      }),
    ],
    [
      'a parameter that nobody knows, and an empty one',
      formOnly(() => credentials({ unknown: 'x', client_id: '' })),
    ],
    ['two audiences', formOnly(() => credentials({ resource: rs, audience: agent('bob') }))],
    [
      'a federated client that a policy names',
      formOnly(async () =>
        credentials({
          client_assertion: await range.jwtSvid(outsider, { authority: range.keys.foreign }),
          scope: undefined,
        }),
      ),
    ],
  ];
  it.each(good)('%s', async (_, build) => {
    const answered = await range.ask(await build());
    expect(answered).toHaveProperty('issued.accessToken');
    expect(range.acts.at(-1)).toMatchObject({ event: 'access-token-issued', kind: 'access-token' });
  });
});

describe.each(places)('a JWT-SVID as %s is refused with %s, if it has', (_, error, who, ask) => {
  it.each(badSvids)('%s', async (_defect, code, make) => {
    await expectRefused(await range.ask({ form: await ask(await make(svidOf(who))) }), error, code);
  });

  it('been shown before, also with the other signature that its ECDSA signature makes', async () => {
    const svid = await svidOf(who)();
    expect(await range.ask({ form: await ask(svid) })).toHaveProperty('issued');
    await expectRefused(await range.ask({ form: await ask(svid) }), error, 'token.replayed');
    const unnamed = await svidOf(who)({ claims: { jti: undefined, nonce: randomUUID() } });
    expect(await range.ask({ form: await ask(unnamed) })).toHaveProperty('issued');
    for (const again of [unnamed, negatedSignature(unnamed)]) {
      await expectRefused(await range.ask({ form: await ask(again) }), error, 'token.replayed');
    }
  });
});

describe('an access token as subject_token is refused with invalid_request, if it has', () => {
  it.each(badSubjects)('%s', async (_, code, make) => {
    await expectRefused(
      await range.ask({ form: await exchange({ subject_token: await make() }) }),
      'invalid_request',
      code,
    );
  });
});

describe.each([
  ['client', ofClient],
  ['request', ofRequest],
  ['exchange', ofExchange],
  ['DPoP proof', ofDpop],
])('a %s is refused: ', (_, rows) => {
  it.each(rows)('%s', async (_defect, error, code, build) => {
    await expectRefused(await range.ask(await build()), error, code);
  });
});

describe('a DPoP proof', () => {
  it('is taken once', async () => {
    const dpop = [await range.dpop(p256())];
    const first = await range.ask({ form: await credentials(), dpop });
    expect(first.issued?.tokenType).toBe('DPoP');
    await expectRefused(
      await range.ask({ form: await credentials(), dpop }),
      'invalid_dpop_proof',
      'token.replayed',
    );
  });
});

describe('control: a token endpoint that left a check out would be noticed', () => {
  /** The request of a row that is refused elsewhere, asked of an endpoint without the check. */
  const askWithout = async (leftOut: LeftOut, build: () => Promise<Form>, times = 1) => {
    const kept = range;
    range = await tokenRange(policies, leftOut);
    try {
      const form = await build();
      const answers = [];
      for (let n = 0; n < times; n++) answers.push(await range.ask({ form }));
      return answers;
    } finally {
      range = kept;
    }
  };
  const svidWith = (changes: SvidChanges) => async () =>
    bearerGrant({ assertion: await range.jwtSvid(agent('ada'), changes) });

  it('by its second audience', async () => {
    const [answer] = await askWithout('sole-audience', svidWith({ claims: { aud: [asIssuer, rs] } }));
    expect(answer).toHaveProperty('issued');
  });

  it('by its second use', async () => {
    const answers = await askWithout('replay', () => bearerGrant(), 2);
    for (const answer of answers) expect(answer).toHaveProperty('issued');
  });

  it('by the key for access tokens', async () => {
    const byAccessKey = () => svidWith({ authority: range.keys.access })();
    expect((await askWithout('keys-apart', byAccessKey))[0]).toHaveProperty('issued');
  });
});

describe('what is issued', () => {
  const claimsOf = ({ issued }: Answered) => decodeJwt(issued?.accessToken ?? '');

  it('names both parties of a delegation, and all of a longer one in their order', async () => {
    const first = await range.ask({ form: await exchange({ resource: agent('cyd') }) });
    expect(claimsOf(first)).toMatchObject({
      sub: agent('ada'),
      client_id: agent('bob'),
      act: { sub: agent('bob') },
    });
    const second = await range.ask({
      form: await exchange({ subject_token: first.issued?.accessToken }, 'cyd'),
    });
    expect(claimsOf(second)).toMatchObject({
      sub: agent('ada'),
      client_id: agent('cyd'),
      act: { sub: agent('cyd'), act: { sub: agent('bob') } },
    });
    const actors = [agent('cyd'), agent('bob')];
    expect(range.acts.at(-1)).toMatchObject({
      spiffeId: agent('ada'),
      client: agent('cyd'),
      actors,
      policyId: 'cyd',
    });
  });

  it('ends with what was shown: the subject’s token, the actor’s, the certificate', async () => {
    const end = range.seconds() + 100;
    const [subject, actor] = [
      await range.accessToken({ exp: end }),
      await svidOf('bob')({ claims: { exp: end } }),
    ];
    for (const form of [await exchange({ subject_token: subject }), await exchange({ actor_token: actor })]) {
      expect(claimsOf(await range.ask({ form })).exp).toBe(end);
    }
    const assertion = await svidOf('ada')({ claims: { exp: end } });
    expect(claimsOf(await range.ask({ form: await bearerGrant({ assertion }) })).exp).toBe(end);
    const certificates = range.x509Svid(agent('ada'), undefined, new Date(end * 1000));
    const bound = claimsOf(await range.ask(await mtls(certificates)));
    expect(bound).toMatchObject({
      exp: end,
      cnf: { 'x5t#S256': certificateThumbprint(certificates[0] ?? new Uint8Array()) },
    });
  });

  it('names certificate and key where both were proved, and then wants both', async () => {
    const [key, certificates] = [p256(), range.x509Svid(agent('ada'))];
    const asked = { ...(await mtls(certificates)), dpop: [await range.dpop(key)] };
    const answered = await range.ask(asked);
    expect(answered.issued?.tokenType).toBe('DPoP');
    expect(claimsOf(answered)['cnf']).toEqual({ jkt: expect.any(String), 'x5t#S256': expect.any(String) });
  });

  it('has no scope that was not asked for, and no life beyond the policy’s', async () => {
    const { issued } = await range.ask({ form: await credentials({ scope: undefined }) });
    expect(issued).toMatchObject({ scopes: [], expiresInSeconds: 300, tokenType: 'Bearer' });
    const client_assertion = await range.jwtSvid(outsider, { authority: range.keys.foreign });
    const foreign = await range.ask({ form: await credentials({ client_assertion, scope: undefined }) });
    expect(foreign.issued?.expiresInSeconds).toBe(60);
  });
});
