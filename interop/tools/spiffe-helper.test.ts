import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseX509BundlePem } from '../../packages/spiffe/src/bundle/x509-bundle.ts';
import {
  JwtBundleSet,
  parseJwtBundle,
  verifyJwtSvid,
  verifyX509Svid,
  X509BundleSet,
} from '../../packages/spiffe/src/index.ts';
import { startClient } from '../client-program.ts';
import { goTool } from '../go-tools.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';

const file = await goTool({
  module: 'github.com/spiffe/spiffe-helper',
  version: 'v0.11.0',
  package: 'cmd/spiffe-helper',
});
const AUDIENCE = 'https://service.test/';
const KEY_MODE = 0o600;

describe.skipIf(file === undefined)('spiffe-helper', () => {
  let domain: RunningTrustDomain;
  let folder: string;
  beforeAll(async () => {
    domain = await startTrustDomain();
    await domain.grant([
      { hint: 'internal', path: '/agent/first' },
      { hint: 'external', path: '/agent/second' },
    ]);
    folder = await mkdtemp(join(tmpdir(), 'spiffe-helper-'));
  });
  afterAll(async () => {
    await domain?.stop();
    await rm(folder, { recursive: true });
  });

  it('writes the SVIDs of the hint and their bundles, and at a rotation writes them anew and signals', async () => {
    let signals = 0;
    const onSignal = () => signals++;
    process.on('SIGUSR2', onSignal);
    onTestFinished(() => void process.off('SIGUSR2', onSignal));
    await writeFile(join(folder, 'pid'), String(process.pid));
    await writeFile(join(folder, 'helper.conf'), configuration());
    const helper = startClient({ file: file ?? '', args: ['-config', join(folder, 'helper.conf')] }, [], '');
    onTestFinished(() => helper.stop());

    await expect.poll(written, { interval: 200, timeout: 30_000 }).toBe(true);
    const first = await verifiedSerial();
    await verifyTokens();
    await expect.poll(verifiedSerial, { interval: 200, timeout: 30_000 }).not.toBe(first);
    await expect.poll(() => signals, { timeout: 10_000 }).toBeGreaterThan(0);
  });

  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const written = () =>
    Promise.all([text('svid.pem'), text('key.pem'), text('bundle.pem'), text('jwt.token'), text('jwks.json')])
      .then((texts) => texts.every(Boolean))
      .catch(() => false);

  function configuration(): string {
    return `agent_address = "${domain.socketPath}"
cert_dir = "${folder}"
svid_file_name = "svid.pem"
svid_key_file_name = "key.pem"
svid_bundle_file_name = "bundle.pem"
jwt_svids = [{jwt_audience="${AUDIENCE}", jwt_svid_file_name="jwt.token"}]
jwt_bundle_file_name = "jwks.json"
hint = "external"
pid_file_name = "${join(folder, 'pid')}"
renew_signal = "SIGUSR2"
`;
  }

  async function verifiedSerial(): Promise<string> {
    const leaf = new X509Certificate(await text('svid.pem'));
    const bundle = parseX509BundlePem(domain.name, await text('bundle.pem'));
    const { spiffeId } = verifyX509Svid([leaf.raw], new X509BundleSet([bundle]), new Date());
    expect(spiffeId.toString()).toBe(`spiffe://${domain.name}/agent/second`);
    expect(leaf.checkPrivateKey(createPrivateKey(await text('key.pem')))).toBe(true);
    expect((await stat(join(folder, 'key.pem'))).mode & 0o777).toBe(KEY_MODE);
    return leaf.serialNumber;
  }

  async function verifyTokens(): Promise<void> {
    // By trust domain, base64 of a JWKS.
    const bundles = Object.entries(JSON.parse(await text('jwks.json')) as Record<string, string>);
    const set = new JwtBundleSet(
      bundles.map(([name, jwks]) => parseJwtBundle(name, Buffer.from(jwks, 'base64').toString())),
    );
    const svid = await verifyJwtSvid((await text('jwt.token')).trim(), {
      audience: [AUDIENCE],
      bundles: set,
      now: new Date(),
    });
    expect(svid.spiffeId.trustDomain).toBe(domain.name);
  }
});
