import { expect, test } from 'vitest';
import { checkServerOfTrustDomain, checkSpiffeServer } from './check-spiffe-server.ts';

const network = 'spiffe://moltbook.test/network';
const check = (subjectaltname: string | undefined, ca = false) =>
  checkSpiffeServer({ ...(subjectaltname === undefined ? {} : { subjectaltname }), ca }, network);

test('takes the expected SPIFFE ID, with or without DNS names beside it', () => {
  expect(check(`URI:${network}`)).toBeUndefined();
  expect(check(`DNS:localhost, URI:${network}, IP Address:127.0.0.1`)).toBeUndefined();
});

test.each([
  ['another workload', 'URI:spiffe://moltbook.test/agent/network'],
  ['another trust domain', 'URI:spiffe://evil.test/network'],
  ['a longer path', `URI:${network}/x`],
  ['two URI SANs', `URI:${network}, URI:spiffe://moltbook.test/other`],
  ['no URI SAN', 'DNS:localhost'],
  ['no SAN at all', undefined],
  ['a DNS name that spells a URI', `DNS:"a, URI:${network}"`],
  ['a text that is no list of names', `URI:${network}, "`],
])('refuses %s', (_, names) => {
  expect(check(names)).toBeInstanceOf(Error);
});

test('refuses a signing certificate with the right name', () => {
  expect(check(`URI:${network}`, true)).toBeInstanceOf(Error);
});

test('takes any workload of the expected trust domain, and none of another', () => {
  const of = (names: string, ca = false) =>
    checkServerOfTrustDomain({ subjectaltname: names, ca }, 'moltbook.test');
  expect(of(`URI:${network}`)).toBeUndefined();
  for (const other of [
    'moltbook.test.evil/x',
    'evil.test/moltbook.test/',
    'moltbook.test',
    'moltbook.testx/',
  ]) {
    expect(of(`URI:spiffe://${other}`)).toBeInstanceOf(Error);
  }
  expect(of(`URI:${network}`, true)).toBeInstanceOf(Error);
});
