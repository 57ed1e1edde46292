import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
import { publishedBundle } from './published-bundle.ts';

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
    const bundle = await publishedBundle(domain, client);
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
});
