import { encodeResponse } from './encode-response.ts';
import { assertRequestedId } from './token-encoding.ts';
import type { JwtIdentities } from './token-identities.ts';
import { NoIdentityIssued, WorkloadRequestInvalid } from './workload-api.errors.ts';

export interface FetchJwtSvidsRequest {
  readonly audience: readonly string[];
  /** Empty where the workload asks for all of its identities. */
  readonly spiffeId: string;
}

/** What an issuer takes; said here, because a client repeats what is Unavailable and not what is InvalidArgument. */
const AUDIENCES_MAX = 32;
const AUDIENCE_CHARACTERS_MAX = 2048;

/** Before the caller is attested: SPIFFE Workload API, 6.2.1 makes the audience mandatory. */
export function assertFetchJwtSvids({ audience, spiffeId }: FetchJwtSvidsRequest): void {
  if (audience.length === 0 || audience.includes('')) {
    const publicDetail = 'audience must be specified';
    throw new WorkloadRequestInvalid(publicDetail, { publicDetail });
  }
  if (audience.length > AUDIENCES_MAX || audience.some((name) => name.length > AUDIENCE_CHARACTERS_MAX)) {
    const publicDetail = `audience has more than ${AUDIENCES_MAX} entries, or one of more than ${AUDIENCE_CHARACTERS_MAX} characters`;
    throw new WorkloadRequestInvalid(publicDetail, { publicDetail });
  }
  assertRequestedId(spiffeId);
}

/** The JWTSVIDResponse for a caller with these selectors, the default identity first. */
export async function fetchJwtSvids(
  identities: JwtIdentities,
  selectors: readonly string[],
  { audience, spiffeId }: FetchJwtSvidsRequest,
): Promise<Buffer> {
  const request = { audience, spiffeId: spiffeId === '' ? undefined : spiffeId };
  const svids = await identities.fetchJwtSvids(selectors, request);
  if (svids.length === 0) throw new NoIdentityIssued('no identity issued');
  return encodeResponse('FetchJWTSVID', { svids });
}
