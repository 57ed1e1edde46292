export { type Authority, type AuthorityRequest, createAuthority } from './authority/create-authority.ts';
export { type CsrRequest, createCsr } from './csr/create-csr.ts';
export { CsrKeyUnsupported, CsrMalformed, CsrProofFailed } from './csr/csr.errors.ts';
export { type VerifiedCsr, verifyCsr } from './csr/verify-csr.ts';
export { SubjectNameInvalid } from './der/general-names.ts';
export { generateP256KeyPair, type KeyPair } from './key-pair/p256.ts';
export {
  createServerCertificate,
  type ServerCertificate,
  type ServerCertificateRequest,
} from './server-certificate/create-server-certificate.ts';
export { checkMintedSvid, type ExpectedSvid } from './x509-svid/check-minted-svid.ts';
export { MintedSvidWrong, MintLifetimeEmpty, MintRequestInvalid } from './x509-svid/mint.errors.ts';
export { type MintedX509Svid, type MintRequest, mintX509Svid } from './x509-svid/mint-x509-svid.ts';
