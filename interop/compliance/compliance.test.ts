import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  certificatesToPem,
  createWorkloadApiClient,
  type WorkloadApiClient,
} from '../../packages/spiffe/src/index.ts';
import { runClient } from '../client-program.ts';
import { goTool } from '../go-tools.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';

const file = await goTool({
  module: 'github.com/kanywst/spiffe-compliance-checker',
  version: 'v0.2.0',
  package: 'cmd/scc',
});

interface Report {
  readonly summary: { readonly passed: number };
  readonly assertions: readonly {
    readonly status: string;
    readonly section: string;
    readonly detail?: string;
  }[];
}

/** Judges clause by clause what the issuer mints: MUST clauses and SHOULD clauses alike. */
describe.skipIf(file === undefined)('spiffe-compliance-checker', () => {
  let domain: RunningTrustDomain;
  let client: WorkloadApiClient;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compliance-'));
    domain = await startTrustDomain();
    await domain.grant([{ hint: 'agent', path: '/agent', dnsNames: ['agent.interop.test'] }]);
    client = createWorkloadApiClient({ socketPath: domain.socketPath });
  });
  afterAll(async () => {
    await domain?.stop();
    await rm(folder, { recursive: true });
  });

  it('finds nothing in a SPIFFE ID', async () => {
    expect(await findings('id', `spiffe://${domain.name}/agent`)).toEqual([]);
    expect(await findings('id', `spiffe://${domain.name}/agent/`)).not.toEqual([]);
  });

  it('finds nothing in an X509-SVID', async () => {
    const { svids } = await client.fetchX509Context();
    const certificates = svids[0]?.certificates ?? [];
    expect(await findings('x509-svid', await stored('svid.pem', certificatesToPem(certificates)))).toEqual(
      [],
    );
    const authority = (await client.fetchX509Bundles()).get(domain.name)?.authorities ?? [];
    expect(await findings('x509-svid', await stored('ca.pem', certificatesToPem(authority)))).not.toEqual([]);
  });

  it('finds nothing in a JWT-SVID, and something in a WIT-SVID taken for one', async () => {
    const { token } = await client.fetchJwtSvid({ audience: 'https://service.test/' });
    expect(await findings('jwt-svid', token)).toEqual([]);
    expect(await findings('wit-svid', token)).not.toEqual([]);
  });

  it('finds nothing in a WIT-SVID, and something in it taken for a JWT-SVID', async () => {
    const [svid] = await client.fetchWitSvids();
    expect(await findings('wit-svid', svid?.token ?? '')).toEqual([]);
    expect(await findings('jwt-svid', svid?.token ?? '')).not.toEqual([]);
  });

  it('finds nothing in the bundle that the issuer publishes', async () => {
    const bundle = await publishedBundle();
    expect(await findings('bundle', await stored('bundle.json', bundle))).toEqual([]);
    const without = bundle.replace('"x509-svid"', '"x509"');
    expect(await findings('bundle', await stored('bad.json', without))).not.toEqual([]);
  });

  async function findings(kind: string, artifact: string) {
    const args = [kind, '--format', 'json', artifact];
    const { lines, complaint } = await runClient({ file: file ?? '', args }, [], domain.endpoint);
    expect(complaint).toBe('');
    const { assertions, summary } = JSON.parse(lines.join('\n')) as Report;
    expect(summary.passed).toBeGreaterThan(0);
    return assertions.filter(({ status }) => status !== 'pass');
  }

  async function stored(name: string, content: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  async function publishedBundle(): Promise<string> {
    const authorities = (await client.fetchX509Bundles()).get(domain.name)?.authorities ?? [];
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    // Who vouches for the issuer's server is the trust domain itself; its name is not in question here.
    const options = { ca: certificatesToPem(authorities), checkServerIdentity: () => undefined };
    get(new URL('/v1/spiffe-bundle', domain.issuerUrl), options, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      resolve(text);
    }).on('error', reject);
    return promise;
  }
});
