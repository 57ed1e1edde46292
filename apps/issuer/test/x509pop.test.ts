import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { issuance } from '@blastradius/contracts';
import {
  NodeCa,
  type NodeCertificateChanges,
  otherUsages,
  type Postgres,
  startPostgres,
} from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, identityOf, type TestIdentity } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;
let authorities: string[];
let [first, second]: NodeCa[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres);
  [first, second] = await Promise.all([NodeCa.create('rack 1'), NodeCa.create('rack 2')]);
  const file = join(dirname(environment['LEDGER_FILE'] ?? ''), 'nodes.pem');
  writeFileSync(file, `${first.pem}${second.pem}`);
  environment['X509POP_CA_FILE'] = file;
  issuer = await startTestIssuer(environment);
  ({ authorities } = await issuer.mintJoinToken());
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

const attest = async (identity: TestIdentity | undefined, csr?: string) =>
  issuer.client(authorities, identity).post('/v1/attest/x509pop', { csr: csr ?? (await csrFor('x')).csr });
const lastReason = () =>
  issuer
    .ledger()
    .flatMap((record) =>
      record.ledger === 'issuer' && record.event === 'node-refused' ? [record.reason] : [],
    )
    .at(-1);
const ca = () => {
  if (first === undefined || second === undefined) throw new Error('the CAs are not there yet');
  return { first, second };
};

describe('a sidecar whose node has a certificate of the operator’s CA', () => {
  it('is admitted under the certificate’s common name, for a key of its own, as often as it comes', async () => {
    const identity = await ca().first.issue('node-1');
    for (let visit = 0; visit < 2; visit++) {
      const { csr, privateKey } = await csrFor(`spiffe://${trustDomain}/sidecar`);
      const answer = await attest(identity, csr);
      const { svid, bundle } = issuance.joinTokenAnswer.parse(answer.body);
      expect(svid.spiffeId).toBe(`spiffe://${trustDomain}/sidecar/node-1`);
      expect(bundle.x509Authorities).toEqual(authorities);
      const admitted = issuer.client(authorities, identityOf(svid, privateKey));
      expect((await admitted.get('/v1/bundle')).status).toBe(200);
    }
    const attested = issuer
      .ledger()
      .filter((record) => record.ledger === 'issuer' && record.event === 'node-attested');
    expect(attested.map((record) => record.ledger === 'issuer' && record.reason)).toEqual([
      'x509pop',
      'x509pop',
    ]);
  });

  it('may have it from any of several CAs, and from one below them that it brings along', async () => {
    const below = await (await ca().first.intermediate()).intermediate();
    for (const identity of [await ca().second.issue('node-2'), await below.issue('node-3')]) {
      expect((await attest(identity)).status).toBe(200);
    }
  });

  it('is no sidecar by that certificate itself: it opens this one door', async () => {
    const client = issuer.client(authorities, await ca().first.issue('node-1'));
    expect((await client.get('/v1/bundle')).status).toBe(401);
  });
});

describe('everyone else', () => {
  const hour = 3_600_000;
  const leaves: [string, NodeCertificateChanges, string][] = [
    ['expired', { notAfter: new Date(Date.now() - 1000) }, 'svid.expired'],
    ['not valid yet', { notBefore: new Date(Date.now() + hour / 2) }, 'svid.not-yet-valid'],
    ['of a CA itself', { isCa: true }, 'x509pop.leaf-is-ca'],
    ['for servers', { extendedKeyUsages: [otherUsages.serverAuth] }, 'x509pop.extended-key-usage'],
    ['not for signing', { keyUsages: otherUsages.keyEncipherment }, 'x509pop.key-usage'],
    ['without a common name', { subject: [{ O: ['node-1'] }] }, 'x509pop.common-name'],
    ['with two common names', { subject: [{ CN: ['node-1'] }, { CN: ['node-2'] }] }, 'x509pop.common-name'],
    ['with a path for a name', { subject: [{ CN: ['node-1/../issuer'] }] }, 'x509pop.common-name'],
    ['with dots for a name', { subject: [{ CN: ['..'] }] }, 'x509pop.common-name'],
  ];

  it.each(leaves)('with a certificate that is %s', async (_what, changes, reason) => {
    const answer = await attest(await ca().first.issue('node-1', changes));
    expect(answer.status).toBe(401);
    expect(lastReason()).toBe(reason);
  });

  it('is refused in the same words, and the ledger alone says why', async () => {
    const stranger = await NodeCa.create('rack 1');
    const noSigner = await ca().first.intermediate(otherUsages.keyEncipherment);
    const { identity: sidecar } = await issuer.admitSidecar('joined');
    const reasons: (string | undefined)[] = [];
    const texts = new Set<string>();
    const cases = [undefined, await stranger.issue('node-1'), await noSigner.issue('node-1'), sidecar];
    for (const identity of cases) {
      const { status, text } = await attest(identity);
      expect(status).toBe(401);
      texts.add(text.replace(/"traceId":"[^"]*"/, ''));
      reasons.push(lastReason());
    }
    const good = await ca().first.issue('node-1');
    for (const csr of ['AAAA', '!']) {
      texts.add((await attest(good, csr)).text.replace(/"traceId":"[^"]*"/, ''));
      reasons.push(lastReason());
    }
    expect(texts.size).toBe(1);
    expect(reasons).toEqual([
      'caller.no-certificate',
      'svid.untrusted',
      'svid.untrusted',
      'svid.untrusted',
      'csr.malformed',
      'x509pop.malformed',
    ]);
  });

  it('and nobody at all is admitted this way where no CA was given', async () => {
    const { X509POP_CA_FILE: _, ...without } = environment;
    const closed = await startTestIssuer({ ...without, ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` });
    const client = closed.client(authorities, await ca().first.issue('node-1'));
    const answer = await client.post('/v1/attest/x509pop', { csr: (await csrFor('x')).csr });
    expect(answer.status).toBe(401);
    await closed.close();
    expect(lastReason()).toBe('x509pop.off');
  });

  it('does not start with a file that holds no CA', async () => {
    await expect(startTestIssuer({ ...environment, X509POP_CA_FILE: '/dev/null' })).rejects.toThrow(
      'X509POP_CA_FILE',
    );
  });
});
