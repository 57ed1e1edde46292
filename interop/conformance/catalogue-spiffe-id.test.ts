import { afterAll, beforeAll } from 'vitest';
import { Bench, HOME } from './bench/bench.ts';
import { TokenKey } from './bench/token-key.ts';
import { runCases } from './catalogue/run-cases.ts';

/** Which names are SPIFFE IDs, as the `sub` of a token that is signed well, and in certificates. */
let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench[Symbol.asyncDispose]());

const refuses = (sub: string) => () => bench.refusesToken(bench.key.token(bench.claims(sub)));
const refusesPeer = (uri: string) => async () =>
  bench.refuses('server', await bench.home.leaf('/peer', { uris: [uri] }));
const accepts = (sub: string) => () => bench.acceptsToken(bench.key.token(bench.claims(sub)), sub);
const acceptsOf = (trustDomain: string) => async () => {
  const key = new TokenKey();
  await bench.serveKeys({ [HOME]: [bench.key.jwk()], [trustDomain]: [key.jwk()] });
  const sub = `spiffe://${trustDomain}/workload`;
  await bench.acceptsToken(key.token(bench.claims(sub)), sub);
};

runCases('ID', {
  'ID-1/empty-trust-domain': refuses('spiffe:///a'),
  'ID-1/port': refuses(`spiffe://${HOME}:8080/a`),
  'ID-1/userinfo': refuses(`spiffe://u@${HOME}/a`),
  'ID-1/query': refuses(`spiffe://${HOME}/a?x=1`),
  'ID-1/fragment': refuses(`spiffe://${HOME}/a#f`),
  'ID-1/percent-encoded': refuses(`spiffe://${HOME}/%41`),
  'ID-1/empty-segment': refuses(`spiffe://${HOME}/a//b`),
  'ID-1/dot-segment': refuses(`spiffe://${HOME}/a/./b`),
  'ID-1/dot-dot-segment': refuses(`spiffe://${HOME}/a/../b`),
  'ID-1/trailing-slash': refuses(`spiffe://${HOME}/a/`),
  'ID-1/invalid-path-char': refuses(`spiffe://${HOME}/a!b`),
  'ID-1/invalid-trust-domain-char': refuses('spiffe://t$d/a'),
  'ID-1/x509-query': refusesPeer(`spiffe://${HOME}/a?x=1`),
  'ID-1/x509-percent-encoded': refusesPeer(`spiffe://${HOME}/%41`),
  'ID-1/x509-trailing-slash': refusesPeer(`spiffe://${HOME}/a/`),
  'ID-1/x509-port': refusesPeer(`spiffe://${HOME}:8080/a`),
  'ID-2/path-chars': accepts(`spiffe://${HOME}/Path.With-Mixed_Case/a.b-c_D/..x/x..`),
  'ID-2/trust-domain-chars': acceptsOf('td_1.example-2.org'),
  'ID-2/ipv4-trust-domain': acceptsOf('192.168.1.1'),
  'ID-2/max-length': accepts(`spiffe://${HOME}/`.padEnd(2048, 'a')),
});
