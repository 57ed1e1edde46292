export { type Authorizer, authorizeAny, authorizeId, authorizeMemberOf } from './authorizer/authorizer.ts';
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
export { type JwtSvid, parseJwtSvidInsecure } from './jwt-svid/jwt-svid.ts';
export { type JwtSvidExpectation, verifyJwtSvid } from './jwt-svid/verify-jwt-svid.ts';
export { certificatesFromPem, certificatesToPem, PemInvalid } from './pem/pem.ts';
export { SpiffeIdInvalid } from './spiffe-id/spiffe-id.errors.ts';
export { parseSpiffeId, type SpiffeId } from './spiffe-id/spiffe-id.ts';
export { parseTrustDomain } from './spiffe-id/trust-domain.ts';
export { type SignatureAlgorithm, signatureAlgorithms } from './token-svid/signature-algorithms.ts';
export {
  TokenAlgorithmUnsupported,
  TokenAudienceMismatch,
  TokenAudienceMissing,
  TokenAudiencePresent,
  TokenAuthorityUnknown,
  TokenConfirmationInvalid,
  TokenExpired,
  TokenExpiryMissing,
  TokenHeaderUnsupported,
  TokenIssuedInFuture,
  TokenKeyIdMissing,
  TokenMalformed,
  TokenNotYetValid,
  type TokenProfile,
  TokenSignatureInvalid,
  TokenSpiffeIdInvalid,
  TokenSubjectMissing,
  TokenSvidRefused,
  TokenTrustDomainUnknown,
  TokenTypeUnsupported,
} from './token-svid/token-svid.errors.ts';
export { verifyWitSvid, type WitSvidExpectation } from './wit-svid/verify-wit-svid.ts';
export { parseWitSvidInsecure, type WitSvid } from './wit-svid/wit-svid.ts';
export {
  WorkloadApiWatchFailed,
  WorkloadEndpointInvalid,
  X509SourceTimeout,
  X509SvidNotHeld,
} from './workload-api/workload-api-client.errors.ts';
export {
  createWorkloadApiClient,
  type WorkloadApiClient,
  type WorkloadApiClientOptions,
} from './workload-api/workload-api-client.ts';
export {
  type JwtSvidMessage,
  type WitSvidMessage,
  WORKLOAD_HEADER,
  workloadApiDefinition,
  workloadApiPackage,
  type X509BundlesResponse,
  type X509SvidMessage,
  type X509SvidResponse,
} from './workload-api/workload-api-definition.ts';
export type { X509Context } from './workload-api/x509-context.ts';
export { createX509Source, type X509Source, type X509SourceOptions } from './workload-api/x509-source.ts';
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
  SvidKeyMismatch,
  SvidKeyUsageMissing,
  SvidLeafIsCa,
  SvidLeafSignsCertificates,
  SvidMalformed,
  SvidNotYetValid,
  SvidTrustDomainUnknown,
  SvidUntrusted,
  SvidUriSanMissingOrMany,
  X509SvidRefused,
} from './x509-svid/x509-svid.errors.ts';
export { createX509Svid, type X509Svid, type X509SvidParts } from './x509-svid/x509-svid.ts';
