import { type JwtSvid, parseJwtSvidInsecure } from '../jwt-svid/jwt-svid.ts';
import { SvidIdInvalid } from '../x509-svid/x509-svid.errors.ts';
import { firstOfEachHint } from './first-of-each-hint.ts';
import { assertFields, assertSome } from './mandatory-fields.ts';
import type { JwtSvidMessage, JwtSvidResponse } from './workload-api-definition.ts';

/** What a JWT-SVID is asked for. */
export interface JwtSvidRequest {
  /** Whom the token will be shown to; at least one. */
  readonly audience: string | readonly string[];
  /** The identity it speaks for; left out, the default identity. */
  readonly spiffeId?: string | undefined;
}

export function audiencesOf({ audience }: JwtSvidRequest): readonly string[] {
  return typeof audience === 'string' ? [audience] : audience;
}

/** Reads a response of FetchJWTSVID. The signature is not verified: the Workload API itself is trusted. */
export function readJwtSvids(response: JwtSvidResponse, audience: readonly string[]): readonly JwtSvid[] {
  assertSome(response.svids);
  return firstOfEachHint(response.svids).map((message) => readJwtSvid(message, audience));
}

function readJwtSvid({ spiffeId, svid: token, hint }: JwtSvidMessage, audience: readonly string[]): JwtSvid {
  assertFields({ spiffe_id: spiffeId, svid: token });
  const svid = parseJwtSvidInsecure(token, audience);
  if (svid.spiffeId.toString() !== spiffeId) {
    throw new SvidIdInvalid('the token is not for the SPIFFE ID it came with');
  }
  return hint === '' ? svid : Object.freeze({ ...svid, hint });
}
