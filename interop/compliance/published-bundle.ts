import { get } from 'node:https';
import { certificatesToPem, type WorkloadApiClient } from '../../packages/spiffe/src/index.ts';
import type { RunningTrustDomain } from '../trust-domain.ts';

/** The SPIFFE bundle that the issuer publishes to other trust domains. */
export async function publishedBundle(
  domain: Pick<RunningTrustDomain, 'name' | 'issuerUrl'>,
  client: Pick<WorkloadApiClient, 'fetchX509Bundles'>,
): Promise<string> {
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
