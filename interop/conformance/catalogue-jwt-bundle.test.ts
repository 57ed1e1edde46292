import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { refusals } from '../../packages/spiffe/test/scripted-workload-api.ts';
import { AUDIENCE, Bench, DEFAULT_ID, HOME } from './bench/bench.ts';
import { TokenKey } from './bench/token-key.ts';
import { runCases } from './catalogue/run-cases.ts';

/** Which keys the client believes as bundles come and go, and how it asks for tokens of its own. */
const ID = `spiffe://${HOME}/workload`;
const FEDERATED = 'fed.example.org';
const FEDERATED_ID = `spiffe://${FEDERATED}/workload`;

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(async () => {
  // The library judges tokens itself, here as in each other case.
  expect(bench.api.callsOf('ValidateJWTSVID')).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const tokenOf = (key: TokenKey, sub = ID) => key.token(bench.claims(sub));

runCases('JB', {
  'JB-1': async () => {
    const added = new TokenKey();
    await bench.refusesTokenAfter({ [HOME]: [bench.key.jwk()] }, tokenOf(added));
    await bench.serveKeys({ [HOME]: [bench.key.jwk(), added.jwk()] });
    await bench.acceptsToken(tokenOf(added), ID);
  },
  'JB-2': async () => {
    const removed = new TokenKey();
    await bench.serveKeys({ [HOME]: [bench.key.jwk(), removed.jwk()] });
    await bench.acceptsToken(tokenOf(removed), ID);
    await bench.refusesTokenAfter({ [HOME]: [bench.key.jwk()] }, tokenOf(removed));
  },
  'JB-3': async () => {
    const foreign = new TokenKey();
    await bench.serveKeys({ [HOME]: [bench.key.jwk()], [FEDERATED]: [foreign.jwk()] });
    await bench.acceptsToken(tokenOf(foreign, FEDERATED_ID), FEDERATED_ID);
    await bench.refusesTokenAfter({ [HOME]: [bench.key.jwk()] }, tokenOf(foreign, FEDERATED_ID));
  },
  'JB-4': async () => {
    const keys = [new TokenKey(), new TokenKey(), new TokenKey()];
    await bench.serveKeys({ [HOME]: keys.map((key) => key.jwk()) });
    for (const key of keys) await bench.acceptsToken(tokenOf(key), ID);
  },
  'JB-5/x509-svid-use': async () => {
    const misused = new TokenKey();
    const update = { [HOME]: [bench.key.jwk(), misused.jwk('x509-svid')] };
    await bench.refusesTokenAfter(update, tokenOf(misused));
  },
  'JB-5/missing-use': async () => {
    const unmarked = new TokenKey();
    await bench.serveKeys({ [HOME]: [bench.key.jwk(), { ...unmarked.jwk(), use: undefined }] });
    await bench.acceptsToken(tokenOf(unmarked), ID);
  },
  'JB-6': async () => {
    const unknown = { kty: 'UNKNOWN', use: 'jwt-svid', kid: randomUUID(), k: 'AQAB' };
    const after = new TokenKey();
    await bench.serveKeys({ [HOME]: [bench.key.jwk(), unknown, after.jwk()] });
    for (const key of [bench.key, after]) await bench.acceptsToken(tokenOf(key), ID);
  },
  'JB-7': async () => {
    await bench.serveKeys({ [HOME]: [bench.key.jwk()] });
    await bench.acceptsToken(tokenOf(bench.key), ID);
    await bench.serveKeys({ [HOME]: [] }, FEDERATED);
    expect(await bench.validate(tokenOf(bench.key))).toMatchObject({ http: 422 });
    await bench.serveKeys({ [HOME]: [bench.key.jwk()] });
  },
  'JB-8': async () => {
    const foreign = new TokenKey();
    await bench.serveKeys({ [HOME]: [bench.key.jwk()], [FEDERATED]: [foreign.jwk()] });
    await bench.acceptsToken(tokenOf(foreign, FEDERATED_ID), FEDERATED_ID);
  },
});

const fetchesFor = (audience: readonly string[]) => async () => {
  const svid = bench.key.token({ ...bench.claims(DEFAULT_ID), aud: audience });
  bench.api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: DEFAULT_ID, svid }] } });
  const { http, answer } = await bench.fetchTokens(audience);
  expect({ http, answer }).toMatchObject({ http: 200, answer: { svids: [{ token: svid }] } });
  expect(lastFetch()).toMatchObject({ audience, spiffeId: '' });
};
const lastFetch = () => bench.api.callsOf('FetchJWTSVID').at(-1)?.request;

runCases('JF', {
  'JF-1': fetchesFor([AUDIENCE]),
  'JF-2': fetchesFor([AUDIENCE, `spiffe://${HOME}/backend`, 'third']),
  'JF-3': async () => {
    const svid = tokenOf(bench.key);
    bench.api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: ID, svid }] } });
    const { answer } = await bench.fetchTokens([AUDIENCE], ID);
    expect(answer).toMatchObject({ svids: [{ spiffe_id: ID, token: svid }] });
    expect(lastFetch()).toMatchObject({ spiffeId: ID });
  },
  'JF-4': async () => {
    await fetchesFor([AUDIENCE])();
    bench.api.script('FetchJWTSVID', { refuse: refusals.permissionDenied });
    const { answer } = await bench.fetchTokens([AUDIENCE]);
    expect(answer).toMatchObject({ status: 'rejected' });
    expect(answer).not.toHaveProperty('svids');
  },
});
