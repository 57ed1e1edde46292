import { mutatedBytes, outcomeOf } from '@blastradius/fuzz-kit';
import { DomainError } from '@blastradius/kernel';
import type { MethodDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJwtBundle, parseSpiffeId, parseWitBundle } from '../src/index.ts';
import { readJwtSvids } from '../src/workload-api/jwt-svids.ts';
import { TokenBundlesReader } from '../src/workload-api/token-bundles.ts';
import { readWitSvids } from '../src/workload-api/wit-svids.ts';
import {
  type JwtBundlesResponse,
  type JwtSvidResponse,
  type WitBundlesResponse,
  type WitSvidResponse,
  workloadApiDefinition,
  type X509BundlesResponse,
  type X509SvidResponse,
} from '../src/workload-api/workload-api-definition.ts';
import { X509BundlesReader } from '../src/workload-api/x509-bundles.ts';
import { X509ContextReader } from '../src/workload-api/x509-context.ts';
import { svidMessage } from '../test/scripted-workload-api.ts';
import { TestTrustDomain } from '../test/test-trust-domain.ts';

const domain = await TestTrustDomain.create('moltbook.test');
const other = await TestTrustDomain.create('other.test');
const issued = await domain.x509Svid('/agent/a');
const wit = await domain.witSvid('/agent/a');
const { spiffeId } = issued;

interface Answered {
  readonly method: string;
  readonly response: object;
  /** As the client does with what has come; the SPIFFE IDs that a workload would then hold. */
  read(response: unknown): Promise<readonly string[]> | readonly string[];
}

const answers: readonly Answered[] = [
  {
    method: 'FetchX509SVID',
    response: {
      svids: [svidMessage(issued, domain.authority, 'h'), svidMessage(issued, domain.authority)],
      federatedBundles: { [other.id]: other.authority },
    },
    read: async (response) => {
      const { svids } = await new X509ContextReader().read(response as X509SvidResponse);
      return svids.map((svid) => svid.spiffeId.toString());
    },
  },
  {
    method: 'FetchX509Bundles',
    response: { bundles: { [domain.id]: domain.authority, [other.id]: other.authority } },
    read: (response) => {
      new X509BundlesReader().read(response as X509BundlesResponse);
      return [];
    },
  },
  {
    method: 'FetchJWTSVID',
    response: { svids: [{ spiffeId, svid: await domain.jwtSvid('/agent/a', ['x'], 86_400), hint: 'h' }] },
    read: (response) =>
      readJwtSvids(response as JwtSvidResponse, ['x']).map((svid) => svid.spiffeId.toString()),
  },
  {
    method: 'FetchJWTBundles',
    response: { bundles: { [domain.id]: Buffer.from(await domain.jwks('jwt-svid')) } },
    read: (response) => {
      new TokenBundlesReader(parseJwtBundle).read((response as JwtBundlesResponse).bundles);
      return [];
    },
  },
  {
    method: 'FetchWITSVID',
    response: { svids: [{ spiffeId, witSvid: wit.token, witSvidKey: JSON.stringify(wit.key), hint: '' }] },
    read: (response) => readWitSvids(response as WitSvidResponse).map((svid) => svid.spiffeId.toString()),
  },
  {
    method: 'FetchWITBundles',
    response: { bundles: { [domain.id]: await domain.jwks('wit-svid') } },
    read: (response) => {
      new TokenBundlesReader(parseWitBundle).read((response as WitBundlesResponse).bundles);
      return [];
    },
  },
];

/** What the client makes of a message: any error is one by which it discards it (SPIFFE Workload API, 4.5). */
class Discarded extends DomainError {
  readonly code = 'discarded';
  readonly category = 'invalid';
}

async function take({ method, read }: Answered, bytes: Uint8Array): Promise<readonly string[]> {
  const { responseDeserialize } = workloadApiDefinition()[method] as MethodDefinition<object, object>;
  try {
    return await read(responseDeserialize(Buffer.from(bytes)));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new Discarded('discarded', { cause });
  }
}

describe.each(answers)('an answer to $method', (answered) => {
  const { responseSerialize } = workloadApiDefinition()[answered.method] as MethodDefinition<object, object>;
  const good = responseSerialize(answered.response);

  it('is taken as it is (control)', async () => {
    expect(await outcomeOf(() => take(answered, good))).toBe('accepted');
  });

  it('is taken or discarded, soon, whatever it holds, and gives nobody an identity that is none', async () => {
    const bytes = fc.oneof(
      { arbitrary: mutatedBytes(good), weight: 4 },
      { arbitrary: fc.uint8Array({ maxLength: 300 }), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (message) => {
        const held: string[] = [];
        const outcome = await outcomeOf(async () => held.push(...(await take(answered, message))));
        expect(outcome).toMatch(/^(accepted|discarded)$/);
        for (const id of held) expect(parseSpiffeId(id).path).not.toBe('');
      }),
    );
  });
});
