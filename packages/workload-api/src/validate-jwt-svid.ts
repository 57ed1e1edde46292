import type { Clock } from '@blastradius/kernel';
import { JwtBundleSet, type JwtSvid, parseJwtBundle, verifyJwtSvid } from '@blastradius/spiffe';
import { claimsStruct } from './claims-struct.ts';
import { encodeResponse } from './encode-response.ts';
import type { JwtIdentities, TokenBundles } from './token-identities.ts';
import { JwtSvidNotValid, NoIdentityIssued, WorkloadRequestInvalid } from './workload-api.errors.ts';

export interface ValidateJwtSvidRequest {
  readonly audience: string;
  readonly svid: string;
}

export interface JwtSvidValidation {
  readonly jwt: JwtIdentities;
  readonly trustDomain: string;
  readonly clock: Clock;
}

const bundleSets = new WeakMap<TokenBundles, JwtBundleSet>();

/** SPIFFE Workload API, 6.2.3: both are mandatory. */
export function assertValidateJwtSvid({ audience, svid }: ValidateJwtSvidRequest): void {
  const missing = audience === '' ? 'audience' : 'svid';
  if (audience !== '' && svid !== '') return;
  const publicDetail = `${missing} must be specified`;
  throw new WorkloadRequestInvalid(publicDetail, { publicDetail });
}

/** The ValidateJWTSVIDResponse for a token that a peer of the caller has shown, judged by the caller's bundles. */
export async function validateJwtSvid(
  { jwt, trustDomain, clock }: JwtSvidValidation,
  selectors: readonly string[],
  { audience, svid: token }: ValidateJwtSvidRequest,
): Promise<Buffer> {
  const bundles = bundleSetOf(await currentBundles(jwt, selectors));
  const svid = await verify(token, { audience: [audience], bundles, now: clock.now() });
  const origin = { trustDomain: svid.spiffeId.trustDomain, ownTrustDomain: trustDomain };
  return encodeResponse('ValidateJWTSVID', {
    spiffeId: svid.spiffeId.toString(),
    claims: claimsStruct(svid.claims, origin),
  });
}

/** One text for every reason, and the reason in the log: whoever sent the token is not to learn from us how to send a better one. */
async function verify(token: string, expectation: Parameters<typeof verifyJwtSvid>[1]): Promise<JwtSvid> {
  try {
    return await verifyJwtSvid(token, expectation);
  } catch (cause) {
    throw new JwtSvidNotValid('the token is no valid JWT-SVID for this audience', {
      publicDetail: 'the token is no valid JWT-SVID for this audience',
      context: { refused: codeOf(cause) },
      cause,
    });
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : 'unknown';
}

/** The first state that the source knows. */
function currentBundles(jwt: JwtIdentities, selectors: readonly string[]): Promise<TokenBundles> {
  const { promise, resolve, reject } = Promise.withResolvers<TokenBundles>();
  const stop = jwt.watchJwtBundles(selectors, { onBundles: resolve, onError: reject });
  return promise.finally(stop);
}

/** Parsed once for each state of the bundles, not for each token. */
function bundleSetOf(bundles: TokenBundles): JwtBundleSet {
  if (bundles.size === 0) throw new NoIdentityIssued('no identity issued');
  const known = bundleSets.get(bundles);
  if (known !== undefined) return known;
  const parsed = [...bundles].map(([trustDomainId, jwks]) =>
    parseJwtBundle(trustDomainId.replace('spiffe://', ''), jwks),
  );
  const set = new JwtBundleSet(parsed);
  bundleSets.set(bundles, set);
  return set;
}
