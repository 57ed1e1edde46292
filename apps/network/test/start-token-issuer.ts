import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTokenAuthority, type TokenAuthority } from '@blastradius/pki';
import type { TrustDomain } from './start-trust-domain.ts';

export interface TokenIssuer {
  /** Its issuer identifier. */
  readonly url: string;
  /** Signs access tokens. */
  readonly authority: TokenAuthority;
  close(): Promise<void>;
}

/** An authorization server as a resource server sees it: metadata and keys, shown with the issuer's SVID. */
export async function startTokenIssuer(trustDomain: TrustDomain): Promise<TokenIssuer> {
  const authority = await createTokenAuthority(new Date(Date.now() + 3_600_000));
  const { cert, key } = await trustDomain.issue('/issuer', { lifetimeMs: 600_000 });
  const jwk = { ...authority.publicKey.export({ format: 'jwk' }), kid: authority.keyId, alg: 'ES256' };
  const url = () => `https://localhost:${(server.address() as AddressInfo).port}`;
  const documents: Readonly<Record<string, () => object>> = {
    '/.well-known/oauth-authorization-server': () => ({ issuer: url(), jwks_uri: `${url()}/oauth/jwks` }),
    '/oauth/jwks': () => ({ keys: [jwk] }),
  };
  const server = createServer({ cert, key }, (request, response) => {
    const document = documents[request.url ?? '']?.();
    response.statusCode = document === undefined ? 404 : 200;
    response.end(JSON.stringify(document ?? {}));
  });
  server.listen(0, 'localhost');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: url(),
    authority,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
