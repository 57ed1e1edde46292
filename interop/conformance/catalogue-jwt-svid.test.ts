import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { Bench, HOME } from './bench/bench.ts';
import { signingInput, type TokenAlgorithm, TokenKey } from './bench/token-key.ts';
import { runCases } from './catalogue/run-cases.ts';

/** Which tokens the client takes for JWT-SVIDs. It never asks the Workload API to judge one. */
const ID = `spiffe://${HOME}/workload`;
const OTHER = 'other.example.org';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(async () => {
  expect(bench.api.callsOf('ValidateJWTSVID')).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

type Members = Readonly<Record<string, unknown>>;
const claims = () => bench.claims(ID);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

const accepts =
  (changes: Members, header: Members = {}) =>
  () =>
    bench.acceptsToken(bench.key.token({ ...claims(), ...changes }, header), ID);
const refuses =
  (changes: Members, header: Members = {}) =>
  () =>
    bench.refusesToken(bench.key.token({ ...claims(), ...changes }, header));
/** A token of its own making, from three parts of a good one. */
const refusesMade = (make: (parts: readonly [string, string, string]) => string) => () => {
  const [header = '', payload = '', signature = ''] = bench.key.token(claims()).split('.');
  return bench.refusesToken(make([header, payload, signature]));
};

const acceptsAlgorithm = (algorithm: TokenAlgorithm) => async () => {
  const key = new TokenKey(algorithm);
  await bench.serveKeys({ [HOME]: [bench.key.jwk(), key.jwk()] });
  await bench.acceptsToken(key.token(claims()), ID);
};

const refusesHmac = (bits: 256 | 384 | 512, secret: () => string) => () => {
  const input = signingInput({ alg: `HS${bits}`, kid: bench.key.id, typ: 'JWT' }, claims());
  const signature = createHmac(`sha${bits}`, secret()).update(input).digest('base64url');
  return bench.refusesToken(`${input}.${signature}`);
};
const noSecret = () => 'a secret that nobody has';

runCases('JV', {
  'JV-1': accepts({}),
  'JV-2/RS256': acceptsAlgorithm('RS256'),
  'JV-2/RS384': acceptsAlgorithm('RS384'),
  'JV-2/RS512': acceptsAlgorithm('RS512'),
  'JV-2/ES256': acceptsAlgorithm('ES256'),
  'JV-2/ES384': acceptsAlgorithm('ES384'),
  'JV-2/ES512': acceptsAlgorithm('ES512'),
  'JV-2/PS256': acceptsAlgorithm('PS256'),
  'JV-2/PS384': acceptsAlgorithm('PS384'),
  'JV-2/PS512': acceptsAlgorithm('PS512'),
  'JV-3': () => {
    const input = signingInput({ alg: 'none', kid: bench.key.id, typ: 'JWT' }, claims());
    return bench.refusesToken(`${input}.`);
  },
  'JV-4/HS256': refusesHmac(256, noSecret),
  'JV-4/HS384': refusesHmac(384, noSecret),
  'JV-4/HS512': refusesHmac(512, noSecret),
  'JV-4/hmac-public-key': refusesHmac(256, () =>
    bench.key.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ),
  'JV-5': async () => {
    const edwards = new TokenKey('EdDSA');
    await bench.serveKeys({ [HOME]: [bench.key.jwk(), edwards.jwk()] });
    await bench.refusesToken(edwards.token(claims()));
  },
  'JV-6/rs256-header-ec-key': refuses({}, { alg: 'RS256' }),
  'JV-6/es384-header-p256-key': () => {
    const input = signingInput({ alg: 'ES384', kid: bench.key.id, typ: 'JWT' }, claims());
    return bench.refusesToken(bench.key.sign(input, 'sha384'));
  },
  'JV-7': refuses({ aud: undefined }),
  'JV-8': refuses({ aud: ['other'] }),
  'JV-9': accepts({ aud: ['other', 'conformance'] }),
  'JV-10': accepts({ aud: 'conformance' }),
  'JV-11': refuses({ exp: undefined }),
  'JV-12': refuses({ iat: inSeconds(-600), exp: inSeconds(-300) }),
  'JV-13': refuses({ nbf: inSeconds(300) }),
  'JV-14': refusesMade(([header, payload, signature]) => {
    const bytes = Buffer.from(signature, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(32) ^ 1, 32);
    return `${header}.${payload}.${bytes.toString('base64url')}`;
  }),
  'JV-15': refusesMade(([header, , signature]) => {
    const admin = JSON.stringify({ ...claims(), sub: `spiffe://${HOME}/admin` });
    return `${header}.${Buffer.from(admin).toString('base64url')}.${signature}`;
  }),
  'JV-16': () => bench.refusesToken(new TokenKey().token(claims())),
  'JV-17': async () => {
    const foreign = new TokenKey();
    await bench.serveKeys({ [HOME]: [bench.key.jwk()], [OTHER]: [foreign.jwk()] });
    const sub = `spiffe://${OTHER}/workload`;
    await bench.acceptsToken(foreign.token(bench.claims(sub)), sub);
    await bench.refusesToken(bench.key.token(bench.claims(sub)));
  },
  'JV-18': refuses({ sub: 'spiffe://unknown.example.org/workload' }),
  'JV-19': refuses({ sub: `https://${HOME}/workload` }),
  'JV-20/typ-JWT': accepts({}, { typ: 'JWT' }),
  'JV-20/typ-JOSE': accepts({}, { typ: 'JOSE' }),
  'JV-20/no-typ': accepts({}, { typ: undefined }),
  'JV-21': refuses({}, { typ: 'at+jwt' }),
  'JV-22': accepts({}, { kid: undefined }),
  'JV-23': refuses({}, { crit: ['urn:example:unknown'], 'urn:example:unknown': true }),
  'JV-24': refusesMade(([header, payload, signature]) =>
    JSON.stringify({ protected: header, payload, signature }),
  ),
  'JV-25/two-parts': refusesMade(([header, payload]) => `${header}.${payload}`),
  'JV-25/bad-base64': refusesMade(([header, payload]) => {
    const middle = payload.length / 2;
    return bench.key.sign(`${header}.${payload.slice(0, middle)}!${payload.slice(middle)}`);
  }),
  'JV-25/bad-json': refusesMade(([header]) =>
    bench.key.sign(`${header}.${Buffer.from('{"sub":').toString('base64url')}`),
  ),
});
