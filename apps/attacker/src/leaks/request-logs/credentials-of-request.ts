import { PROOF_HEADER, TOKEN_HEADER } from '@blastradius/credentials';
import type { Credential, RecordedRequest } from '../../loot/credential.ts';
import { credentialsIn } from '../../loot/credentials-in.ts';

/** What says who sends; all else in a request is of no use to a thief. */
const telling = ['authorization', 'dpop', TOKEN_HEADER, PROOF_HEADER] as const;

/**
 * What can be taken from a request that was seen: the credential that stands in it, and, where it came with
 * a proof for that one request, the request itself, to be sent again.
 */
export function credentialsOfRequest({ method, path, headers }: RecordedRequest): Credential[] {
  const shown = Object.fromEntries(
    telling.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const { dpop, [PROOF_HEADER]: proof } = shown;
  const inHeaders = credentialsIn(`${shown['authorization'] ?? ''} ${shown[TOKEN_HEADER] ?? ''}`);
  if (dpop === undefined && proof === undefined) return inHeaders;
  return [...inHeaders, { kind: 'recorded-request', method, path, headers: shown }];
}
