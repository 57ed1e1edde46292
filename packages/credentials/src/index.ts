export { AgentClient } from './agent-client/agent-client.ts';
export type { Answer } from './agent-client/answer.ts';
export {
  agentKeysIn,
  apiKeyIn,
  conversationsIn,
  type ListedPost,
  pendingRequestsIn,
  postsIn,
  requestedConversationsIn,
} from './agent-client/read-answer.ts';
export { callService } from './agent-client/send-request.ts';
export {
  followIssuerKeys,
  type IssuerKeys,
  type IssuerKeysOptions,
  IssuerKeysUnavailable,
} from './dpop/issuer-keys.ts';
export { type BoundAccessToken, presentBoundAccessToken } from './dpop/present.ts';
export { DPOP_HEADER, DpopKey, type ProvedRequest } from './dpop/proof.ts';
export { RenewedAccessToken, type RenewedAccessTokenOptions } from './dpop/renewed-access-token.ts';
export { AccessTokenNotGiven } from './dpop/request-access-token.ts';
export {
  type BoundAccessTokenVerification,
  boundAccessTokenVerifier,
  type ShownBoundAccessToken,
  type VerifyBoundAccessToken,
} from './dpop/verify-bound-access-token.ts';
export { isHashOfKey, keptHashed, keptPlain, type StoredKey } from './hashed-key/stored-key.ts';
export { presentJwtSvid } from './jwt-svid/present.ts';
export {
  BearerSvidRefused,
  type BearerSvidVerification,
  bearerSvidVerifier,
  type VerifyBearerSvid,
} from './jwt-svid/verify-bearer-svid.ts';
export { FollowingConnections, type HeldX509Svid } from './presenter/following-connections.ts';
export { presentHeaders } from './presenter/present-headers.ts';
export type { Presenter } from './presenter/presenter.ts';
export type { ServerTrust } from './presenter/server-trust.ts';
export { type AgentKeys, presentScopedKeys } from './scoped-key/present.ts';
export { type KeyScope, scopeNeededBy } from './scoped-key/scope.ts';
export { presentStaticKey } from './static-key/present.ts';
export {
  type BearerKey,
  bearerKeyIn,
  bearerTokenIn,
  isSameStaticKey,
} from './static-key/verify-static-key.ts';
export { type AppRole, readAppRole } from './vaulted-key/app-role.ts';
export { presentVaultedKey } from './vaulted-key/present.ts';
export { VaultAway, VaultClient, VaultRefused, type VaultSecret } from './vaulted-key/vault-client.ts';
export { vaultPathOf } from './vaulted-key/vault-path.ts';
export { presentWitSvid } from './wit-svid/present.ts';
export { type BoundToken, PROOF_HEADER, ProofRefused, TOKEN_HEADER } from './wit-svid/proof.ts';
export { boundSvidVerifier, type VerifyBoundSvid } from './wit-svid/verify-bound-svid.ts';
export { presentX509Svid } from './x509-svid/present.ts';
export {
  ClientCertificateRefused,
  clientCertificateVerifier,
  type PresentedCertificates,
  type VerifyClientCertificate,
} from './x509-svid/verify-client-certificate.ts';
