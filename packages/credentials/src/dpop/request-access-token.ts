import { DomainError } from '@blastradius/kernel';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { DPOP_HEADER, type DpopKey } from './proof.ts';

const TIMEOUT_MS = 5000;

const answer = z.object({
  access_token: z.string().min(1),
  token_type: z.string(),
  expires_in: z.number().positive(),
});

/** The token endpoint gave no token that is bound to our key. */
export class AccessTokenNotGiven extends DomainError {
  readonly code = 'access-token.not-given';
  readonly category = 'unavailable';
}

export interface AccessTokenWish {
  readonly tokenUrl: string;
  /** A JWT-SVID for the authorization server, and for nobody else. */
  readonly assertion: string;
  /** Whom the token is to be for. */
  readonly audience: string;
  /** What it is to be bound to. */
  readonly key: DpopKey;
  /** Connections to a server that was proved to be the authorization server. */
  readonly dispatcher: Dispatcher;
}

export interface GivenAccessToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

/**
 * Asks for an access token in the client's own name (RFC 6749, section 4.4), which is proved by its
 * JWT-SVID (draft-ietf-oauth-spiffe-client-auth), with a DPoP proof (RFC 9449, section 5). Rejects with
 * `AccessTokenNotGiven`.
 */
export async function requestAccessToken(wish: AccessTokenWish): Promise<GivenAccessToken> {
  const { tokenUrl, assertion, audience, key, dispatcher } = wish;
  const proof = await key.prove({ method: 'POST', url: tokenUrl });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe',
    client_assertion: assertion,
    resource: audience,
  });
  try {
    const { statusCode, body } = await request(tokenUrl, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/x-www-form-urlencoded', [DPOP_HEADER]: proof },
      body: form.toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await body.text();
    if (statusCode !== 200)
      throw new AccessTokenNotGiven(`the token endpoint answered ${statusCode}: ${text}`);
    return readAnswer(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof AccessTokenNotGiven) throw cause;
    throw new AccessTokenNotGiven('the token endpoint could not be asked', { cause });
  }
}

function readAnswer(body: unknown): GivenAccessToken {
  const { access_token: accessToken, token_type: type, expires_in: expiresInSeconds } = answer.parse(body);
  if (type.toLowerCase() !== 'dpop') throw new AccessTokenNotGiven(`the token is one of type ${type}`);
  return { accessToken, expiresInSeconds };
}
