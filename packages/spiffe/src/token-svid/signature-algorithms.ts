/** The algorithms of JWT-SVIDs and WIT-SVIDs (JWT-SVID, section 2.1): no HMAC, no `none`, no EdDSA. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

export function isSignatureAlgorithm(value: unknown): value is SignatureAlgorithm {
  return signatureAlgorithms.some((algorithm) => algorithm === value);
}
