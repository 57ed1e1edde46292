import { z } from 'zod';

/**
 * The issuer's API for sidecars, HTTPS + JSON. `POST /v1/attest/join-token` and
 * `GET /v1/spiffe-bundle` (our bundle as a SPIFFE bundle document) take a caller without a client
 * certificate, `POST /v1/attest/x509pop` one with a certificate of its node; the others need the
 * sidecar's own SVID.
 * Certificates and CSRs are base64 of DER.
 */
const der = z.base64();

/** A public key that signs JWT-SVIDs or WIT-SVIDs. Anything else in a JWK, a private key above all, is dropped. */
export const authorityJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  /** Unique across the bundle, and hex in lower case, so that it can stand in `taintedAuthorityKeyIds`. */
  kid: z.string().regex(/^[0-9a-f]+$/),
});
export type AuthorityJwk = z.infer<typeof authorityJwk>;

/** Also the answer of `GET /v1/bundle`. */
export const trustBundle = z.object({
  trustDomain: z.string(),
  /** Grows whenever the content changes, also over a restore from a backup (SPIFFE Trust Domain and Bundle, 4.1.1). */
  sequence: z.number().int(),
  refreshHintSeconds: z.number(),
  x509Authorities: z.array(der),
  jwtAuthorities: z.array(authorityJwk).default([]),
  witAuthorities: z.array(authorityJwk).default([]),
  /** By trust domain: SPIFFE bundle documents (SPIFFE Trust Domain and Bundle, 4) of others. */
  federatedBundles: z.record(z.string(), z.string()).default({}),
  /**
   * Authorities of this bundle that are not to be relied on any longer: whoever holds an SVID that one
   * of them signed replaces it at once. They stay in the bundle meanwhile, so that nothing honest is
   * refused. Hex of the subject key identifier, in lower case, or the kid of a key that signs tokens.
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

/**
 * `POST /v1/attest/x509pop`, over mTLS with the node's own certificate: the sidecar becomes
 * `spiffe://<trust domain>/sidecar/<its common name>`. The CSR is of the sidecar's own key. It may be made
 * again and again, and is answered as the join token is.
 */
export const x509PopRequest = z.object({ csr: der });

/** `POST /v1/renew`: a sidecar renews its own SVID over mTLS; answered as the join token is. */
export const renewRequest = z.object({ csr: der });

/** As many as a process with many groups, in a container with many labels, has. */
const selectors = z.array(z.string().max(4096)).max(256);

/** `POST /v1/entitlements`: which identities a process with these attested selectors may hold. */
export const entitlementsRequest = z.object({ selectors });
export const entitlement = z.object({
  spiffeId: z.string(),
  hint: z.string(),
  policyId: z.string(),
  /** Trust domains whose bundles the workload gets beside its own. */
  federatesWith: z.array(z.string()).optional(),
});
export type Entitlement = z.infer<typeof entitlement>;
export const entitlementsAnswer = z.object({ entitlements: z.array(entitlement), ttlSeconds: z.number() });

/**
 * `POST /v1/policy-revision`: answered when the operator's policies have another revision than the known
 * one, or after a quarter of a minute. What was told of entitlements before a change counts no longer.
 */
export const policyRevisionRequest = z.object({ known: z.number().int().optional() });
export const policyRevisionAnswer = z.object({ revision: z.number().int() });

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

/** A token and its span, for one identity. Epoch milliseconds. */
export const tokenSvidDocument = z.object({
  spiffeId: z.string(),
  /** JWS compact serialization. */
  token: z.string(),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
});
export type TokenSvidDocument = z.infer<typeof tokenSvidDocument>;

/** `POST /v1/jwt-svids`: JWT-SVIDs (JWT-SVID, section 3); the issuer judges the selectors again for each. */
export const jwtSvidsRequest = z.object({
  selectors,
  requests: z
    .array(
      z.object({
        spiffeId: z.string().max(2048),
        audience: z.array(z.string().min(1).max(2048)).min(1).max(32),
      }),
    )
    .min(1)
    .max(5000),
});

/** `POST /v1/wit-svids`: WIT-SVIDs, each bound to the key that signed its CSR. */
export const witSvidsRequest = z.object(x509SvidsRequest.shape);

/** Of both, in the order of the requests; `refused` carries a code and no token. */
export const tokenSvidsAnswer = z.object({
  results: z.array(z.union([tokenSvidDocument, z.object({ spiffeId: z.string(), refused: z.string() })])),
  bundle: trustBundle,
});

/**
 * `POST /v1/brokered/entitlements`, `/v1/brokered/x509-svids` and `/v1/brokered/jwt-svids`: as those without
 * `brokered`, for a workload of ours that asks in another's place; only policies that list it count.
 */
const brokered = {
  /** Its SPIFFE ID, as it has proved it to the sidecar. */
  broker: z.string().min(1).max(2048),
};
export const brokeredEntitlementsRequest = entitlementsRequest.extend(brokered);
export const brokeredX509SvidsRequest = x509SvidsRequest.extend(brokered);
export const brokeredJwtSvidsRequest = jwtSvidsRequest.extend(brokered);
