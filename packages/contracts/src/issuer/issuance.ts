import { z } from 'zod';

/**
 * The issuer's API for sidecars, HTTPS + JSON. `POST /v1/attest/join-token` is the only route
 * that takes a caller without a client certificate; the others need the sidecar's own SVID.
 * Certificates and CSRs are base64 of DER.
 */
const der = z.base64();

/** Also the answer of `GET /v1/bundle`. */
export const trustBundle = z.object({
  trustDomain: z.string(),
  /** Grows by one whenever the content changes (SPIFFE Trust Domain and Bundle, 4.1.1). */
  sequence: z.number().int(),
  refreshHintSeconds: z.number(),
  x509Authorities: z.array(der),
  /**
   * Authorities of this bundle that are not to be relied on any longer: whoever holds an SVID that one
   * of them signed replaces it at once. They stay in the bundle meanwhile, so that nothing honest is
   * refused. Hex of the subject key identifier, in lower case.
   */
  taintedAuthorityKeyIds: z.array(z.string().regex(/^[0-9a-f]+$/)).default([]),
});
export type TrustBundleDocument = z.infer<typeof trustBundle>;

export const x509SvidDocument = z.object({
  spiffeId: z.string(),
  /** Leaf first. */
  certificateChain: z.array(der).min(1),
  /** Epoch milliseconds. */
  notAfterMs: z.number(),
});
export type X509SvidDocument = z.infer<typeof x509SvidDocument>;

export const joinTokenRequest = z.object({ joinToken: z.string().min(1).max(200), csr: der });
export const joinTokenAnswer = z.object({ svid: x509SvidDocument, bundle: trustBundle });

/** `POST /v1/renew`: a sidecar renews its own SVID over mTLS; answered as the join token is. */
export const renewRequest = z.object({ csr: der });

const selectors = z.array(z.string().max(4096)).max(100);

/** `POST /v1/entitlements`: which identities a process with these attested selectors may hold. */
export const entitlementsRequest = z.object({ selectors });
export const entitlement = z.object({ spiffeId: z.string(), hint: z.string(), policyId: z.string() });
export type Entitlement = z.infer<typeof entitlement>;
export const entitlementsAnswer = z.object({ entitlements: z.array(entitlement), ttlSeconds: z.number() });

/** `POST /v1/x509-svids`: mints a batch; the issuer judges the selectors again for each. */
export const x509SvidsRequest = z.object({
  selectors,
  requests: z
    .array(z.object({ spiffeId: z.string().max(2048), csr: der }))
    .min(1)
    .max(5000),
});
/** In the order of the requests; `refused` carries a code and no certificate. */
export const x509SvidsAnswer = z.object({
  results: z.array(z.union([x509SvidDocument, z.object({ spiffeId: z.string(), refused: z.string() })])),
  bundle: trustBundle,
});
