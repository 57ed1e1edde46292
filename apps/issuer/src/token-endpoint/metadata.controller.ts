import { signatureAlgorithms } from '@blastradius/spiffe';
import { Controller, Get, Inject } from '@nestjs/common';
import { AccessTokenKeys } from './access-token-keys.ts';
import { AuthorizationServer } from './authorization-server.ts';

/** What clients and resource servers learn of us (RFC 8414, section 2); it is all public. */
@Controller()
export class MetadataController {
  constructor(
    @Inject(AuthorizationServer) private readonly server: AuthorizationServer,
    @Inject(AccessTokenKeys) private readonly keys: AccessTokenKeys,
  ) {}

  @Get('.well-known/oauth-authorization-server')
  metadata() {
    const { issuer, tokenUrl, jwksUrl } = this.server;
    return {
      issuer,
      token_endpoint: tokenUrl,
      jwks_uri: jwksUrl,
      // There is no authorization endpoint; the member has to be there all the same.
      response_types_supported: [],
      grant_types_supported: [
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ],
      // The first two are of draft-ietf-oauth-spiffe-client-auth; the next two are what others call them.
      token_endpoint_auth_methods_supported: [
        'spiffe_jwt',
        'spiffe_x509',
        'private_key_jwt',
        'tls_client_auth',
        'none',
      ],
      token_endpoint_auth_signing_alg_values_supported: signatureAlgorithms,
      dpop_signing_alg_values_supported: signatureAlgorithms,
      tls_client_certificate_bound_access_tokens: true,
    };
  }

  @Get('oauth/jwks')
  async jwks() {
    const keys = await this.keys.jwks();
    return { keys: keys.map((key) => ({ ...key, alg: 'ES256', use: 'sig' })) };
  }
}
