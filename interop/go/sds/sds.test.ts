import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../build-client.ts';
import { runClient } from '../../client-program.ts';
import { type RunningTrustDomain, startTrustDomain } from '../../trust-domain.ts';

/** What the program prints of a response; it has held each certificate against its key by then. */
interface SecretsLine {
  readonly spiffeIds: Readonly<Record<string, string>>;
  readonly serials: Readonly<Record<string, string>>;
  /** Trust domains, by the name of the secret that lets their authorities count. */
  readonly trusted: Readonly<Record<string, readonly string[]>>;
  readonly removed: readonly string[] | null;
}

const built = await buildClient({
  name: 'sds',
  toolchain: [{ program: 'go', versionArgs: ['version'], oldest: '1.24' }],
  folder: import.meta.dirname,
  sources: ['go.mod', 'go.sum', 'main.go'],
  steps: (into) => [['go', 'build', '-mod=readonly', '-o', join(into, 'client'), '.']],
});

describe.skipIf(built === undefined)('a client of SDS with the types of Envoy', () => {
  let domain: RunningTrustDomain;
  let id: string;
  beforeAll(async () => {
    domain = await startTrustDomain();
    id = `spiffe://${domain.name}/proxy`;
  });
  afterAll(() => domain?.stop());

  const run = (...args: string[]) =>
    runClient({ file: join(built ?? '', 'client'), args: [] }, args, domain.endpoint);
  const lines = async (...args: string[]): Promise<readonly SecretsLine[]> => {
    const { exitCode, lines: printed, complaint } = await run(...args);
    expect(complaint + exitCode).toMatch(/^0$/);
    return printed as SecretsLine[];
  };

  it('gets nothing before a policy covers it', async () => {
    const { exitCode, complaint } = await run('fetch', 'default');
    expect(exitCode).not.toBe(0);
    expect(complaint).toMatch(/PermissionDenied.*no identity issued/);
  });

  it('fetches certificate and bundles by the names that Envoys are configured with', async () => {
    await domain.grant([{ hint: 'proxy', path: '/proxy' }]);
    await expect
      .poll(async () => (await run('fetch', 'default')).exitCode, { interval: 1000, timeout: 60_000 })
      .toBe(0);
    const [secrets] = await lines('fetch', 'default', id, 'ROOTCA', 'ALL');
    expect(secrets?.spiffeIds).toEqual({ default: id, [id]: id });
    expect(secrets?.trusted).toEqual({ ROOTCA: [domain.name], ALL: [domain.name] });
  });

  it('is told which names it may not have', async () => {
    const { complaint } = await run('fetch', 'default', `spiffe://${domain.name}/another`);
    expect(complaint).toMatch(/InvalidArgument.*not authorized for the requested identities/);
  });

  it('streams across rotations, also after it has rejected one', async () => {
    const serials = (await lines('stream', 'default')).map((line) => line.serials['default']);
    expect(new Set(serials).size).toBe(3);
  });

  it('takes increments across a rotation, and comes back with what it has', async () => {
    const updates = await lines('delta', 'default', 'ROOTCA');
    const [first, ...rotated] = updates.slice(0, -1);
    expect(Object.keys({ ...first?.spiffeIds, ...first?.trusted }).sort()).toEqual(['ROOTCA', 'default']);
    expect(rotated.at(-1)?.serials['default']).not.toBe(first?.serials['default']);
    expect(updates.at(-1)?.trusted).toEqual({ ROOTCA: [domain.name] });
    expect(updates.at(-1)?.spiffeIds).toEqual({});
  });
});
