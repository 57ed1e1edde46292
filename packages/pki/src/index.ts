export {
  type AccessTokenRequest,
  checkMintedAccessToken,
  mintAccessToken,
} from './access-token/mint-access-token.ts';
export { type Authority, type AuthorityRequest, createAuthority } from './authority/create-authority.ts';
export { type CsrRequest, createCsr } from './csr/create-csr.ts';
export { CsrKeyUnsupported, CsrMalformed, CsrProofFailed } from './csr/csr.errors.ts';
export { type VerifiedCsr, verifyCsr, verifyCsrElsewhere } from './csr/verify-csr.ts';
export { SubjectNameInvalid } from './der/general-names.ts';
export { checkMintedJwtSvid, type JwtSvidRequest, mintJwtSvid } from './jwt-svid/mint-jwt-svid.ts';
export { generateP256KeyPair, type KeyPair } from './key-pair/p256.ts';
export { type P256Der, p256Der } from './key-pair/p256-der.ts';
export { type P256Jwk, p256Jwk } from './key-pair/p256-jwk.ts';
export {
  createServerCertificate,
  type ServerCertificate,
  type ServerCertificateRequest,
} from './server-certificate/create-server-certificate.ts';
export {
  CLAIM_NAME_PATTERN,
  CLAIM_VALUE_BYTES_MAX,
  FURTHER_CLAIMS_MAX,
  type FurtherClaims,
  RESERVED_CLAIMS,
} from './token/further-claims.ts';
export type { MintedToken } from './token/minted-token.ts';
export { MintedTokenWrong } from './token/token.errors.ts';
export {
  createTokenAuthority,
  openTokenAuthority,
  type TokenAuthority,
  tokenKeyId,
} from './token-authority/token-authority.ts';
export { checkMintedWitSvid, mintWitSvid, type WitSvidRequest } from './wit-svid/mint-wit-svid.ts';
export { checkMintedSvid, type ExpectedSvid } from './x509-svid/check-minted-svid.ts';
export { MintedSvidWrong, MintLifetimeEmpty, MintRequestInvalid } from './x509-svid/mint.errors.ts';
export { type MintedX509Svid, type MintRequest, mintX509Svid } from './x509-svid/mint-x509-svid.ts';
