import { createPrivateKey } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificatesFromPem } from '@blastradius/spiffe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { FakeIdentities, IssuerAway } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';
import { type Answer, namesIn, SdsClient, secretsIn, unpack } from './sds-client.ts';
import { agentId, certificate, FOREIGN_ID, secretsOf, TRUST_DOMAIN_ID } from './sds-world.ts';

const PERMISSION_DENIED = { code: 7, details: 'no identity issued' };
const INVALID_ARGUMENT = 3;

let source: FakeIdentities;
let api: WorkloadApi;
let client: SdsClient;
let warnings: { context: object; message: string }[];

beforeEach(async () => {
  warnings = [];
  const socketPath = join(await mkdtemp(join(tmpdir(), 'sds-')), 'api.sock');
  source = new FakeIdentities();
  source.current = secretsOf(['a', 'b']);
  const warn = (context: object, message: string) => void warnings.push({ context, message });
  api = await startWorkloadApi({
    socketPath,
    trustDomain: 'moltbook.test',
    source,
    jwt: new FakeJwtIdentities(),
    logger: { debug: () => {}, info: () => {}, warn },
  });
  client = new SdsClient(socketPath);
});
afterEach(async () => {
  client.close();
  await api.close();
});

const certificatesOf = (pem: Buffer | undefined) =>
  certificatesFromPem(String(pem)).map((der) => Buffer.from(der));
const leafIn = (answer: Answer) =>
  certificatesOf(secretsIn(answer)[0]?.tlsCertificate?.certificateChain.inlineBytes)[0];

interface ValidatorConfig {
  readonly trustDomains: readonly { name: string; trustBundle: { inlineBytes: Buffer } }[];
}
function validatorIn(answer: Answer): Record<string, Buffer[]> {
  const [secret] = secretsIn(answer);
  const config = secret?.validationContext?.customValidatorConfig;
  if (config?.name !== 'envoy.tls.cert_validator.spiffe') throw new Error('no config of the validator');
  const { trustDomains } = unpack<ValidatorConfig>(config.typedConfig);
  return Object.fromEntries(
    trustDomains.map(({ name, trustBundle }) => [name, certificatesOf(trustBundle.inlineBytes)]),
  );
}

describe('FetchSecrets', () => {
  it('gives the default SVID with the key that goes with it, as PEM', async () => {
    const answer = await client.fetch({ resourceNames: ['default'] });
    const [secret] = secretsIn(answer);
    expect(secret?.name).toBe('default');
    expect(leafIn(answer)).toEqual(certificate('a 1'));
    const key = createPrivateKey(secret?.tlsCertificate?.privateKey.inlineBytes ?? '');
    expect(key.asymmetricKeyType).toBe('ec');
  });

  it.each([
    ['ROOTCA', { 'moltbook.test': [certificate('authority-1')] }],
    [TRUST_DOMAIN_ID, { 'moltbook.test': [certificate('authority-1')] }],
    [FOREIGN_ID, { 'partner.test': [certificate('foreign')] }],
    ['ALL', { 'moltbook.test': [certificate('authority-1')], 'partner.test': [certificate('foreign')] }],
  ])('gives %s, each trust domain with its own authorities', async (name, expected) => {
    const answer = await client.fetch({ resourceNames: [name] });
    expect(namesIn(answer)).toEqual([name]);
    expect(validatorIn(answer)).toEqual(expected);
  });

  it('gives everything under its own name to a client that names nothing', async () => {
    expect(namesIn(await client.fetch({}))).toEqual(
      [agentId('a'), agentId('b'), TRUST_DOMAIN_ID, FOREIGN_ID].sort(),
    );
  });

  it.each([
    ['an Envoy before 1.18', { userAgentBuildVersion: { version: { majorNumber: 1, minorNumber: 17 } } }],
    [
      'metadata that refuses it',
      { metadata: { fields: { disable_spiffe_cert_validation: { boolValue: true } } } },
    ],
  ])('gives plain CA certificates instead of the validator for %s', async (_, node) => {
    const answer = await client.fetch({ node, resourceNames: ['ROOTCA'] });
    const context = secretsIn(answer)[0]?.validationContext;
    expect(certificatesOf(context?.trustedCa?.inlineBytes)).toEqual([certificate('authority-1')]);
    expect(context?.customValidatorConfig).toBeNull();
    await expect(client.fetch({ node, resourceNames: ['ALL'] })).rejects.toMatchObject({
      code: INVALID_ARGUMENT,
    });
  });

  it('refuses a name that is not of the caller, and repeats no more than what it said', async () => {
    await expect(client.fetch({ resourceNames: ['default', agentId('c')] })).rejects.toMatchObject({
      code: INVALID_ARGUMENT,
      details: `workload is not authorized for the requested identities ["${agentId('c')}"]`,
    });
  });

  it('refuses a caller without identity as the Workload API does, whatever it names', async () => {
    source.required = ['nobody:has:this'];
    for (const resourceNames of [['default'], ['ROOTCA'], [agentId('c')], []]) {
      await expect(client.fetch({ resourceNames })).rejects.toMatchObject(PERMISSION_DENIED);
    }
  });

  it('says UNAVAILABLE while the issuer is away', async () => {
    source.failure = new IssuerAway('away');
    await expect(client.fetch({ resourceNames: ['default'] })).rejects.toMatchObject({ code: 14 });
  });

  it('takes a request as large as the first one of an Envoy, and refuses one that nests without end', async () => {
    const node = { metadata: { fields: { extensions: { stringValue: 'x'.repeat(500_000) } } } };
    expect(namesIn(await client.fetch({ node, resourceNames: ['default'] }))).toEqual(['default']);
    let nested: object = { stringValue: 'x' };
    for (let depth = 0; depth < 3000; depth++) nested = { listValue: { values: [nested] } };
    const deep = { metadata: { fields: { nested } } };
    await client.fetch({ node: deep, resourceNames: ['default'] }).catch(() => {});
    expect(namesIn(await client.fetch({ resourceNames: ['default'] }))).toEqual(['default']);
  });
});

describe('StreamSecrets', () => {
  const ask = (resourceNames: readonly string[], last?: Answer) => ({
    resourceNames,
    ...(last === undefined ? {} : { versionInfo: last.versionInfo, responseNonce: last.nonce }),
  });

  it('pushes the new SVID when it is rotated, and nothing for an acknowledgement', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask(['default']));
    const first = await stream.next();
    expect(leafIn(first)).toEqual(certificate('a 1'));
    stream.ask(ask(['default'], first));
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    const second = await stream.next();
    expect(leafIn(second)).toEqual(certificate('a 2'));
    expect(second.versionInfo).not.toBe(first.versionInfo);
    expect(second.nonce).not.toBe(first.nonce);
    expect(stream.arrived).toEqual([]);
  });

  it('pushes nothing where only what was not asked for has changed', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask(['ROOTCA']));
    const first = await stream.next();
    stream.ask(ask(['ROOTCA'], first));
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    source.push(secretsOf(['a', 'b'], { serial: 2, authority: 'authority-2' }));
    expect(validatorIn(await stream.next())).toEqual({ 'moltbook.test': [certificate('authority-2')] });
    expect(stream.arrived).toEqual([]);
  });

  it('answers at once when the client asks for other names', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask(['default']));
    const first = await stream.next();
    stream.ask(ask([agentId('b'), 'ROOTCA'], first));
    expect(namesIn(await stream.next())).toEqual(['ROOTCA', agentId('b')]);
  });

  it('logs a rejection and sends the same again only when something changes', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask(['default']));
    const first = await stream.next();
    stream.ask({ ...ask(['default'], first), versionInfo: '', errorDetail: { message: 'bad key' } });
    await expect.poll(() => warnings.map(({ context }) => context)).toMatchObject([{ rejection: 'bad key' }]);
    source.push(secretsOf(['a', 'b']));
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    expect(leafIn(await stream.next())).toEqual(certificate('a 2'));
  });

  it('leaves a request alone that answers an earlier response', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask(['default']));
    const first = await stream.next();
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    const second = await stream.next();
    stream.ask(ask(['ROOTCA'], first));
    stream.ask(ask([agentId('b')], second));
    expect(namesIn(await stream.next())).toEqual([agentId('b')]);
  });

  it('takes an empty list for all at first, and for none once the client has given names', async () => {
    const all = client.stream('StreamSecrets');
    all.ask(ask([]));
    expect((await all.next()).resources).toHaveLength(4);
    const named = client.stream('StreamSecrets');
    named.ask(ask(['default']));
    const first = await named.next();
    named.ask(ask([], first));
    expect((await named.next()).resources).toEqual([]);
  });

  it('ends when an identity that was asked for is withdrawn', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask([agentId('b')]));
    await stream.next();
    source.push(secretsOf(['a']));
    expect(await stream.failed).toMatchObject({ code: INVALID_ARGUMENT });
  });

  it('refuses a caller without identity, and one that lost its last', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask(ask(['default']));
    await stream.next();
    source.push(secretsOf([]));
    expect(await stream.failed).toMatchObject(PERMISSION_DENIED);
    source.current = secretsOf([]);
    const other = client.stream('StreamSecrets');
    other.ask(ask(['ROOTCA']));
    expect(await other.failed).toMatchObject(PERMISSION_DENIED);
  });

  it('refuses resources that are no secrets', async () => {
    const stream = client.stream('StreamSecrets');
    stream.ask({ typeUrl: 'type.googleapis.com/envoy.config.cluster.v3.Cluster' });
    expect(await stream.failed).toMatchObject({ code: INVALID_ARGUMENT });
  });

  it('lets go of the store when the client goes or has nothing more to say', async () => {
    const leaving = client.stream('StreamSecrets');
    leaving.ask(ask(['default']));
    await leaving.next();
    const closing = client.stream('StreamSecrets');
    closing.ask(ask(['default']));
    await closing.next();
    expect(source.watchers.size).toBe(2);
    leaving.call.cancel();
    closing.call.end();
    await expect.poll(() => source.watchers.size).toBe(0);
  });
});

describe('DeltaSecrets', () => {
  it('sends what is subscribed, then only what changes', async () => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: ['default', 'ROOTCA'] });
    const first = await stream.next();
    expect(namesIn(first)).toEqual(['ROOTCA', 'default']);
    stream.ask({ responseNonce: first.nonce });
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    const second = await stream.next();
    expect(namesIn(second)).toEqual(['default']);
    expect(second.removedResources).toEqual([]);
    expect(stream.arrived).toEqual([]);
  });

  it('keeps a client that comes back from being sent what it has', async () => {
    const before = client.stream('DeltaSecrets');
    before.ask({ resourceNamesSubscribe: ['default', 'ROOTCA', agentId('b')] });
    const { resources } = await before.next();
    before.call.cancel();
    source.current = secretsOf(['a'], { serial: 2 });
    const after = client.stream('DeltaSecrets');
    after.ask({
      resourceNamesSubscribe: ['default', 'ROOTCA', agentId('b')],
      initialResourceVersions: Object.fromEntries(resources.map(({ name, version }) => [name, version])),
    });
    const answer = await after.next();
    expect(namesIn(answer)).toEqual(['default']);
    expect(answer.removedResources).toEqual([agentId('b')]);
  });

  it('names what is withdrawn, and sends it when it is back', async () => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: [agentId('b')] });
    await stream.next();
    source.push(secretsOf(['a']));
    expect(await stream.next()).toMatchObject({ resources: [], removedResources: [agentId('b')] });
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    expect(leafIn(await stream.next())).toEqual(certificate('b 2'));
  });

  it('says of a name that the caller does not have that it is not there', async () => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: ['default', agentId('c')] });
    const answer = await stream.next();
    expect(namesIn(answer)).toEqual(['default']);
    expect(answer.removedResources).toEqual([agentId('c')]);
  });

  it.each([[[]], [['*']]])('takes %j for a subscription to everything, now and later', async (names) => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: names });
    expect((await stream.next()).resources).toHaveLength(4);
    source.push(secretsOf(['a', 'c']));
    const answer = await stream.next();
    expect(namesIn(answer)).toEqual([agentId('c')]);
    expect(answer.removedResources).toEqual([agentId('b')]);
    stream.ask({ resourceNamesUnsubscribe: ['*'], resourceNamesSubscribe: ['ROOTCA'] });
    expect(namesIn(await stream.next())).toEqual(['ROOTCA']);
    source.push(secretsOf(['a', 'd'], { authority: 'authority-2' }));
    expect(namesIn(await stream.next())).toEqual(['ROOTCA']);
  });

  it('sends nothing more of a name that is unsubscribed, and at once one that is asked for again', async () => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: ['default', agentId('b')] });
    await stream.next();
    stream.ask({ resourceNamesUnsubscribe: [agentId('b')], resourceNamesSubscribe: ['ROOTCA'] });
    expect(namesIn(await stream.next())).toEqual(['ROOTCA']);
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    expect(namesIn(await stream.next())).toEqual(['default']);
    stream.ask({ resourceNamesSubscribe: ['default'] });
    expect(namesIn(await stream.next())).toEqual(['default']);
  });

  it('does not send again what was rejected, until it changes', async () => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: ['default'] });
    const first = await stream.next();
    stream.ask({ responseNonce: first.nonce, errorDetail: { message: 'bad key' } });
    await expect.poll(() => warnings.length).toBe(1);
    source.push(secretsOf(['a', 'b']));
    source.push(secretsOf(['a', 'b'], { serial: 2 }));
    expect(leafIn(await stream.next())).toEqual(certificate('a 2'));
  });

  it('tells a client that loses its last identity what is gone, and then refuses it', async () => {
    const stream = client.stream('DeltaSecrets');
    stream.ask({ resourceNamesSubscribe: ['default', 'ROOTCA'] });
    await stream.next();
    source.push(secretsOf([]));
    expect((await stream.next()).removedResources).toEqual(['default', 'ROOTCA']);
    expect(await stream.failed).toMatchObject(PERMISSION_DENIED);
  });
});
