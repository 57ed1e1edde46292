import type { JwtSvid } from '@blastradius/spiffe';
import type { ClaimedClient } from '../request/read-token-request.ts';
import { TokenRequestRefused } from '../token-endpoint.errors.ts';
import type { VerifiedSvids } from './verified-svids.ts';

/** A client that has proved who it is. */
export interface AuthenticatedClient {
  /** Its SPIFFE ID, which is its `client_id`. */
  readonly spiffeId: string;
  /** Until when its proof is good. */
  readonly expiresAt: Date;
  /** The JWT-SVID that it was proved by; undefined where TLS did. */
  readonly assertion: JwtSvid | undefined;
}

export interface ClientProofs {
  readonly claimed: ClaimedClient;
  /** What the TLS handshake has proved, leaf first, DER; empty where the client showed nothing. */
  readonly certificates: readonly Uint8Array[];
  /** Whether there was an `authorization` header: the way of shared secrets. */
  readonly hasAuthorizationHeader: boolean;
}

/**
 * Who asks, by a JWT-SVID (`spiffe_jwt`) or by the X509-SVID of the connection (`spiffe_x509`); null for a
 * client that shows neither. Throws `TokenRequestRefused`.
 */
export async function authenticateClient(
  { claimed, certificates, hasAuthorizationHeader }: ClientProofs,
  svids: VerifiedSvids,
): Promise<AuthenticatedClient | null> {
  if (hasAuthorizationHeader) throw new TokenRequestRefused('invalid_client', 'client.authorization-header');
  // RFC 6749, section 2.3: one method in each request.
  if (claimed.assertion !== undefined && certificates.length > 0) {
    throw new TokenRequestRefused('invalid_request', 'client.two-methods');
  }
  const client = await proveClient(claimed.assertion, certificates, svids);
  if (client !== null && claimed.clientId !== undefined && claimed.clientId !== client.spiffeId) {
    throw new TokenRequestRefused('invalid_client', 'client.id-mismatch', { client: client.spiffeId });
  }
  return client;
}

async function proveClient(
  assertion: string | undefined,
  certificates: readonly Uint8Array[],
  svids: VerifiedSvids,
): Promise<AuthenticatedClient | null> {
  if (assertion !== undefined) {
    const svid = await svids.jwtSvid(assertion, 'invalid_client');
    return { spiffeId: svid.spiffeId.toString(), expiresAt: svid.expiresAt, assertion: svid };
  }
  if (certificates.length === 0) return null;
  const { spiffeId, notAfter } = await svids.x509Svid(certificates);
  return { spiffeId: spiffeId.toString(), expiresAt: notAfter, assertion: undefined };
}
