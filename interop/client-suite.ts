import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyX509Svid, X509BundleSet } from '../packages/spiffe/src/index.ts';
import { type ClientProgram, type Ended, runClient } from './client-program.ts';
import { type RunningTrustDomain, startTrustDomain } from './trust-domain.ts';

/** What a client program prints of one update: certificates as base64 of DER. */
interface X509Line {
  readonly svids: readonly {
    readonly spiffeId: string;
    /** Of clients that read hints. */
    readonly hint?: string;
    readonly chain: readonly string[];
    /** Of clients that verify X509-SVIDs themselves: why they refuse it, empty where they don't. */
    readonly refusal?: string;
    readonly refusalByOtherBundle?: string;
  }[];
  readonly bundles: Readonly<Record<string, readonly string[]>>;
}

interface JwtLine {
  readonly spiffeId: string;
  readonly audience: readonly string[];
  readonly locally: string;
  readonly remotely: string;
  readonly localRefusal: string;
  readonly remoteRefusal: string;
}

interface BundlesLine {
  readonly x509: Readonly<Record<string, readonly string[]>>;
  /** The key IDs. */
  readonly jwt: Readonly<Record<string, readonly string[]>>;
}

const GRANTED = [
  { hint: 'internal', path: '/agent/first', dnsNames: ['first.interop.test'] },
  { hint: 'external', path: '/agent/second' },
] as const;

/** What every SPIFFE client must get from our sidecar, whoever wrote it and in whatever language. */
export function testClient(name: string, program: ClientProgram | undefined): void {
  describe.skipIf(program === undefined)(name, () => {
    let domain: RunningTrustDomain;
    beforeAll(async () => {
      domain = await startTrustDomain();
    });
    afterAll(() => domain?.stop());

    const run = async (...args: string[]): Promise<Ended> => {
      if (program === undefined) throw new Error('skipped');
      return runClient(program, args, domain.endpoint);
    };
    const line = async <Line>(...args: string[]): Promise<Line> => {
      const { exitCode, lines, complaint } = await run(...args);
      expect(complaint.split('\n').slice(-20).join('\n') + exitCode).toMatch(/0$/);
      expect(lines).toHaveLength(1);
      return lines[0] as Line;
    };
    const id = (index: 0 | 1) => `spiffe://${domain.name}${GRANTED[index].path}`;

    it('gets nothing before a policy covers it', async () => {
      const { exitCode, lines, complaint } = await run('x509');
      expect(complaint).toMatch(/permission.?denied|no identity/i);
      expect(exitCode).not.toBe(0);
      expect(lines).toEqual([]);
    });

    it('fetches its X509-SVIDs, the default one first, and the bundle that verifies them', async () => {
      await domain.grant(GRANTED);
      await expect
        .poll(async () => (await run('x509')).exitCode, { interval: 1000, timeout: 60_000 })
        .toBe(0);
      const { svids, bundles } = await line<X509Line>('x509');
      expect(svids.map((one) => one.spiffeId)).toEqual([id(0), id(1)]);
      for (const [index, svid] of svids.entries()) {
        if ('hint' in svid) expect(svid.hint).toBe(GRANTED[index]?.hint);
        if (svid.refusal !== undefined) {
          expect(svid.refusal).toBe('');
          expect(svid.refusalByOtherBundle).not.toBe('');
        }
      }
      expect(verifiedIds({ svids, bundles })).toEqual([id(0), id(1)]);
    });

    it('watches its X509-SVIDs across a rotation', async () => {
      const { exitCode, lines, complaint } = await run('watch');
      expect(complaint + exitCode).toMatch(/0$/);
      const updates = lines as X509Line[];
      for (const update of updates) expect(verifiedIds(update)).toEqual([id(0), id(1)]);
      const serials = updates.map((update) => leafOf(update).serialNumber);
      expect(new Set(serials).size).toBe(2);
    });

    it('fetches a JWT-SVID, and has it validated by the sidecar and by itself', async () => {
      const jwt = await line<JwtLine>('jwt', 'https://service.test/', 'https://another.test/');
      expect(jwt).toMatchObject({ spiffeId: id(0), locally: id(0), remotely: id(0) });
      expect(jwt.audience).toEqual(['https://service.test/']);
      expect(jwt.localRefusal).not.toBe('');
      expect(jwt.remoteRefusal).toMatch(/invalid.?argument/i);
    });

    it('reads the bundles of its trust domain', async () => {
      const { x509, jwt } = await line<BundlesLine>('bundles');
      expect(Object.keys(x509)).toEqual([domain.name]);
      expect(x509[domain.name]?.length).toBeGreaterThan(0);
      expect(Object.keys(jwt)).toEqual([domain.name]);
      expect(jwt[domain.name]?.length).toBeGreaterThan(0);
    });
  });
}

/** By the bundles that the client was given with them. */
function verifiedIds({ svids, bundles }: X509Line): string[] {
  const set = new X509BundleSet(
    Object.entries(bundles).map(([trustDomain, authorities]) => ({
      trustDomain,
      authorities: authorities.map(der),
    })),
  );
  return svids.map(({ chain }) => verifyX509Svid(chain.map(der), set, new Date()).spiffeId.toString());
}

function leafOf({ svids }: X509Line): X509Certificate {
  const leaf = svids[0]?.chain[0];
  if (leaf === undefined) throw new Error('it printed no certificate');
  return new X509Certificate(der(leaf));
}

function der(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}
