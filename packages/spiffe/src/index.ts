export type { AccessToken, Confirmation } from './access-token/access-token.ts';
export { certificateThumbprint } from './access-token/certificate-thumbprint.ts';
export { parseJwks } from './access-token/parse-jwks.ts';
export {
  type AccessTokenExpectation,
  type IssuedTokenExpectation,
  type ProvedSender,
  provesConfirmation,
  verifyAccessToken,
  verifyIssuedToken,
} from './access-token/verify-access-token.ts';
export {
  type Authorizer,
  authorizeAny,
  authorizeId,
  authorizeMatching,
  authorizeMemberOf,
  authorizeOneOf,
} from './authorizer/authorizer.ts';
export {
  BundleCertificateInvalid,
  BundleInvalid,
  BundleKeyIdMissing,
  BundleKeyIdRepeated,
  BundleKeyInvalid,
  BundleKeysMissing,
  BundleMalformed,
  BundleMapInvalid,
  BundleRefreshHintInvalid,
  BundleSequenceInvalid,
} from './bundle/bundle.errors.ts';
export { parseBundleMap } from './bundle/bundle-map.ts';
export { formatJwtBundle, formatSpiffeBundle, formatWitBundle } from './bundle/format-spiffe-bundle.ts';
export { type JwtBundle, JwtBundleSet, parseJwtBundle } from './bundle/jwt-bundle.ts';
export { parseSpiffeBundle } from './bundle/parse-spiffe-bundle.ts';
export { type SpiffeBundle, SpiffeBundleSet } from './bundle/spiffe-bundle.ts';
export { parseWitBundle, type WitBundle, WitBundleSet } from './bundle/wit-bundle.ts';
export {
  parseX509BundleDer,
  parseX509BundlePem,
  type X509Bundle,
  X509BundleSet,
} from './bundle/x509-bundle.ts';
export { type DerElement, DerMalformed, readElement, readElements } from './der/read.ts';
export { splitCertificates } from './der/split-certificates.ts';
export { type DpopDefect, DpopProofRefused } from './dpop/dpop.errors.ts';
export { type DpopExpectation, type DpopProof, verifyDpopProof } from './dpop/verify-dpop-proof.ts';
export { acceptFetchedBundle } from './federation/accept-fetched-bundle.ts';
export {
  type BundleEndpoint,
  type EndpointProfile,
  parseEndpointSpiffeId,
  parseEndpointUrl,
} from './federation/bundle-endpoint.ts';
export {
  createFederatedBundleSource,
  type FederatedBundleSource,
  type FederatedBundleSourceOptions,
} from './federation/federated-bundle-source.ts';
export {
  BundleEndpointAnswerInvalid,
  BundleEndpointBundleMissing,
  BundleEndpointInvalid,
  BundleEndpointSlow,
  BundleEndpointUnreachable,
  BundleEndpointUntrusted,
  BundleFetchFailed,
  FetchedBundleInvalid,
  FetchedBundleRolledBack,
} from './federation/federation.errors.ts';
export { type FetchBundleOptions, fetchBundle, readFetchedBundle } from './federation/fetch-bundle.ts';
export { type RefreshState, refreshPauseSeconds } from './federation/refresh-pause.ts';
export { type JwtSvid, parseJwtSvidInsecure } from './jwt-svid/jwt-svid.ts';
export { type JwtSvidExpectation, verifyJwtSvid } from './jwt-svid/verify-jwt-svid.ts';
export { certificatesFromPem, certificatesToPem, PemInvalid } from './pem/pem.ts';
export { type BundleSource, type BundleSourceOptions, createBundleSource } from './source/bundle-source.ts';
export { createJwtSource, type JwtSource, type JwtSourceOptions } from './source/jwt-source.ts';
export { SourceTimeout, X509SvidNotHeld } from './source/source.errors.ts';
export { createWitBundleSource, type WitBundleSource } from './source/wit-bundle-source.ts';
export { createWitSource, type WitSource, type WitSourceOptions } from './source/wit-source.ts';
export { createX509Source, type X509Source, type X509SourceOptions } from './source/x509-source.ts';
export { SpiffeIdInvalid } from './spiffe-id/spiffe-id.errors.ts';
export {
  isSameSpiffeId,
  parseSpiffeId,
  type SpiffeId,
  spiffeIdFromPath,
  spiffeIdFromSegments,
} from './spiffe-id/spiffe-id.ts';
export { parseTrustDomain } from './spiffe-id/trust-domain.ts';
export { MtlsAgent } from './tls/mtls-agent.ts';
export { type MtlsClientOptions, mtlsClientOptions } from './tls/mtls-client.ts';
export { type ConnectionPoolOptions, MtlsDispatcher } from './tls/mtls-dispatcher.ts';
export { createMtlsFetch, type MtlsFetch } from './tls/mtls-fetch.ts';
export { type MtlsOptions, secureContextOptions } from './tls/mtls-options.ts';
export { type MtlsServerOptions, mtlsServerOptions, protectServer } from './tls/mtls-server.ts';
export { keepPeerChains, peerChain } from './tls/peer-chain.ts';
export { PeerNotAuthorized, PlaintextRefused } from './tls/tls.errors.ts';
export { verifyTlsPeer } from './tls/verify-tls-peer.ts';
export { type SignatureAlgorithm, signatureAlgorithms } from './token-svid/signature-algorithms.ts';
export {
  TokenAlgorithmUnsupported,
  TokenAudienceMismatch,
  TokenAudienceMissing,
  TokenAudiencePresent,
  TokenAuthorityUnknown,
  TokenClaimInvalid,
  TokenConfirmationInvalid,
  TokenExpired,
  TokenExpiryMissing,
  TokenHeaderUnsupported,
  TokenIssuedInFuture,
  TokenIssuerMismatch,
  TokenKeyIdMissing,
  TokenMalformed,
  TokenNotYetValid,
  type TokenProfile,
  TokenSenderUnproved,
  TokenSignatureInvalid,
  TokenSpiffeIdInvalid,
  TokenSubjectMissing,
  TokenSvidRefused,
  TokenTrustDomainUnknown,
  TokenTypeUnsupported,
} from './token-svid/token-svid.errors.ts';
export { verifyWitSvid, type WitSvidExpectation } from './wit-svid/verify-wit-svid.ts';
export { parseWitSvidInsecure, type WitSvid } from './wit-svid/wit-svid.ts';
export type { JwtSvidRequest } from './workload-api/jwt-svids.ts';
export type { Watcher } from './workload-api/watch-stream.ts';
export type { HeldWitSvid, WitSvidRequest } from './workload-api/wit-svids.ts';
export type { CallOptions } from './workload-api/workload-api-calls.ts';
export {
  WorkloadApiCallFailed,
  WorkloadApiFieldMissing,
  WorkloadEndpointInvalid,
} from './workload-api/workload-api-client.errors.ts';
export {
  createWorkloadApiClient,
  type WatchOptions,
  type WorkloadApiClient,
  type WorkloadApiClientOptions,
} from './workload-api/workload-api-client.ts';
export {
  type JwtSvidMessage,
  type WitSvidMessage,
  WORKLOAD_HEADER,
  workloadApiDefinition,
  type X509BundlesResponse,
  type X509SvidMessage,
  type X509SvidResponse,
} from './workload-api/workload-api-definition.ts';
export type { X509Context } from './workload-api/x509-context.ts';
export { type Certificate, parseCertificate } from './x509-svid/certificate.ts';
export { authorityKeyIdOf, subjectKeyIdOf } from './x509-svid/key-identifiers.ts';
export { checkTrustPath } from './x509-svid/trust-path.ts';
export { checkValidity } from './x509-svid/validity.ts';
export { type VerifiedX509Svid, verifyX509Svid } from './x509-svid/verify-x509-svid.ts';
export {
  SvidExpired,
  SvidExtendedKeyUsageIncomplete,
  SvidExtensionUnsupported,
  SvidIdInvalid,
  SvidIdWithoutPath,
  SvidKeyMalformed,
  SvidKeyMismatch,
  SvidKeyUsageMissing,
  SvidLeafIsCa,
  SvidLeafSignsCertificates,
  SvidMalformed,
  SvidNotYetValid,
  SvidSigningCertificateInvalid,
  SvidTrustDomainUnknown,
  SvidUntrusted,
  SvidUriSanMissingOrMany,
  X509SvidRefused,
} from './x509-svid/x509-svid.errors.ts';
export { createX509Svid, type X509Svid, type X509SvidParts } from './x509-svid/x509-svid.ts';
export {
  parseX509SvidDer,
  parseX509SvidPem,
  x509SvidToDer,
  x509SvidToPem,
} from './x509-svid/x509-svid-encoding.ts';
