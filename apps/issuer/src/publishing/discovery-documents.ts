import type { AuthorityJwk } from '@blastradius/contracts';

/** Where discovery stands below an issuer's URL (OpenID Connect Discovery, section 4). */
export function discoveryPaths(issuer: string): { readonly configuration: string; readonly keys: string } {
  const path = new URL(issuer).pathname.replace(/\/$/, '');
  return { configuration: `${path}/.well-known/openid-configuration`, keys: `${path}/keys` };
}

/**
 * What a relying party needs to verify JWT-SVIDs as ID tokens (OpenID Connect Discovery, section 3). There is
 * no authorization endpoint, as with other issuers that know workloads and no users.
 */
export function discoveryDocument(issuer: string): string {
  return JSON.stringify({
    issuer,
    jwks_uri: `${issuer.replace(/\/$/, '')}/keys`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti'],
  });
}

/** The JWT authorities as a key set of the web: the next one is in it before it signs. */
export function discoveryKeySet(jwtAuthorities: readonly AuthorityJwk[]): string {
  return JSON.stringify({ keys: jwtAuthorities.map((jwk) => ({ ...jwk, use: 'sig', alg: 'ES256' })) });
}
