import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { parseWitSvidInsecure, type WitSvid } from '../wit-svid/wit-svid.ts';
import { SvidIdInvalid, SvidKeyMismatch } from '../x509-svid/x509-svid.errors.ts';
import { firstOfEachHint } from './first-of-each-hint.ts';
import { assertFields, assertSome } from './mandatory-fields.ts';
import type { WitSvidMessage, WitSvidResponse } from './workload-api-definition.ts';

/** Which WIT-SVIDs are asked for; all of the workload's where no identity is named. */
export interface WitSvidRequest {
  readonly spiffeId?: string | undefined;
}

/** A WIT-SVID as its holder has it. */
export interface HeldWitSvid extends WitSvid {
  readonly privateKey: KeyObject;
}

/** Reads a response of FetchWITSVID. The signature is not verified: the Workload API itself is trusted. */
export function readWitSvids({ svids }: WitSvidResponse): readonly HeldWitSvid[] {
  assertSome(svids);
  return firstOfEachHint(svids).map(readWitSvid);
}

function readWitSvid({ spiffeId, witSvid, witSvidKey, hint }: WitSvidMessage): HeldWitSvid {
  assertFields({ spiffe_id: spiffeId, wit_svid: witSvid, wit_svid_key: witSvidKey });
  const svid = parseWitSvidInsecure(witSvid);
  if (svid.spiffeId.toString() !== spiffeId) {
    throw new SvidIdInvalid('the token is not for the SPIFFE ID it came with');
  }
  const privateKey = createPrivateKey({ key: JSON.parse(witSvidKey) as JsonWebKey, format: 'jwk' });
  const bound = createPublicKey({ key: svid.confirmationKey, format: 'jwk' });
  if (!createPublicKey(privateKey).equals(bound)) throw new SvidKeyMismatch('the key is not the token’s');
  return Object.freeze({ ...svid, privateKey, ...(hint === '' ? {} : { hint }) });
}

/** The shortest lifetime of a token that is held; without a time of issue, from now on. */
export function shortestWitLifetimeMs(svids: readonly WitSvid[]): number {
  const now = Date.now();
  return Math.min(...svids.map((svid) => svid.expiresAt.getTime() - (svid.issuedAt?.getTime() ?? now)));
}
