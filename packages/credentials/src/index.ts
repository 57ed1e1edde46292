export { AgentClient } from './agent-client/agent-client.ts';
export type { Answer } from './agent-client/answer.ts';
export {
  apiKeyIn,
  conversationsIn,
  type ListedPost,
  pendingRequestsIn,
  postsIn,
  requestedConversationsIn,
} from './agent-client/read-answer.ts';
export { callService } from './agent-client/send-request.ts';
export { isHashOfKey, keptHashed, keptPlain, type StoredKey } from './hashed-key/stored-key.ts';
export { presentJwtSvid } from './jwt-svid/present.ts';
export {
  BearerSvidRefused,
  bearerSvidVerifier,
  type VerifyBearerSvid,
} from './jwt-svid/verify-bearer-svid.ts';
export { FollowingConnections, type HeldX509Svid } from './presenter/following-connections.ts';
export { presentHeaders } from './presenter/present-headers.ts';
export type { Presenter } from './presenter/presenter.ts';
export type { ServerTrust } from './presenter/server-trust.ts';
export { presentStaticKey } from './static-key/present.ts';
export {
  type BearerKey,
  bearerKeyIn,
  bearerTokenIn,
  isSameStaticKey,
} from './static-key/verify-static-key.ts';
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
