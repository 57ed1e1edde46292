import { z } from 'zod';

/**
 * The issuer's API for its operator: HTTP + JSON on a Unix socket that only the issuer's own
 * user may open.
 */
/** The name of a node, as which a sidecar is admitted. */
export const node = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const ttlSeconds = z.number().positive().max(31_536_000);

export const issuancePolicy = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /**
   * What must have been attested, in SPIRE's form (`unix:uid:1000`). A selector may hold
   * `{name}`: it matches one segment of [A-Za-z0-9._-]+ and gives the template its value.
   */
  selectors: z.array(z.string().min(1)).min(1),
  /**
   * Only a sidecar admitted as one of these nodes may ask under this policy, as SPIRE's parentID has
   * it; any may where it is left out. The selectors are the sidecar's word, so this is what keeps one
   * host that was taken over from asking for the identities of another.
   */
  nodes: z.array(node).min(1).optional(),
  /**
   * A template, as all of the texts below are: `spiffe://{{trustDomain}}/agent/{{docker.label.agent}}` takes
   * its values from what was attested, `{agent}` what a selector captured. With `instances`,
   * `{{instance}}` is each of them. The grammar stands in docs/policies.md.
   */
  spiffeId: z.string().min(1),
  /** One identity for each: a host that carries many agents in one process. */
  instances: z
    .array(z.string().regex(/^[A-Za-z0-9._-]{1,128}$/))
    .max(10_000)
    .optional(),
  /** DNS names for the certificate, for services that are called by name. */
  dnsNames: z.array(z.string()).max(32).default([]),
  /** By which the workload tells its identities apart; the policy's id (and the instance) where it is left out. */
  hint: z.string().min(1).max(1024).optional(),
  /** How long an SVID of each kind lives: never longer than the issuer's own setting, which counts where it is left out. */
  ttlSeconds: z.strictObject({ x509: ttlSeconds, jwt: ttlSeconds, wit: ttlSeconds }).partial().optional(),
  /** Further claims of JWT-SVIDs and WIT-SVIDs, by their name. */
  claims: z.record(z.string(), z.string().min(1)).optional(),
  /** SPIFFE IDs of workloads that may ask for these identities in the workloads' place (SPIFFE Broker API, incubating). */
  brokers: z.array(z.string()).max(64).optional(),
  /** Trust domains whose bundles these workloads get beside their own. */
  federatesWith: z.array(z.string()).optional(),
});
export type IssuancePolicy = z.infer<typeof issuancePolicy>;

/** `PUT /admin/policies` replaces the whole set at once; usable at once. */
export const policiesRequest = z.strictObject({ policies: z.array(issuancePolicy.strict()) });

/** As they are kept: what a later release wrote beside is left out, not refused. */
export const storedPolicies = z.array(issuancePolicy);

/** `GET /admin/policies`: what counts now. */
export const policiesAnswer = z.object({ revision: z.number().int(), policies: z.array(issuancePolicy) });

/** Of `PUT`: how many there are now, and what may not be meant. */
export const policiesReplaced = z.object({
  policies: z.number().int(),
  warnings: z.array(z.string()).default([]),
});

/** `POST /admin/explain`: what the policies make of a process with these selectors, and why. */
export const explainRequest = z.object({
  selectors: z.array(z.string().max(4096)).max(256),
  /** The node of the sidecar that would ask; every policy's nodes are taken to allow it where it is left out. */
  node: node.optional(),
  /** The broker that would ask in the workload's place. */
  broker: z.string().max(2048).optional(),
});
export const policyRefusal = z.object({
  reason: z.enum([
    'broker-not-allowed',
    'node-not-allowed',
    'selector-missing',
    'captures-disagree',
    'template-invalid',
    'attribute-missing',
    'attribute-ambiguous',
    'attribute-unsafe',
    'too-long',
    'identity-unusable',
  ]),
  /** Which one, in words. */
  detail: z.string(),
});
export type PolicyRefusal = z.infer<typeof policyRefusal>;
export const policyExplanation = z.object({
  policyId: z.string(),
  /** The policy's `spiffeId`, as it stands there. */
  template: z.string(),
  nodes: z.array(z.string()).optional(),
  /** What it grants; empty where there is a refusal. */
  spiffeIds: z.array(z.string()),
  /** The attested attributes that its templates have used, and their values. */
  attributes: z.record(z.string(), z.string()).optional(),
  /** What SVIDs of the first of them say and how long they live; the others differ in their instance alone. */
  terms: z
    .object({
      hint: z.string(),
      dnsNames: z.array(z.string()),
      claims: z.record(z.string(), z.string()),
      ttlSeconds: z.object({ x509: z.number(), jwt: z.number(), wit: z.number() }),
    })
    .optional(),
  refusal: policyRefusal.optional(),
});
export type PolicyExplanation = z.infer<typeof policyExplanation>;
/** In the order of the policies: an identity that several grant is granted by the first. */
export const explainAnswer = z.object({ policies: z.array(policyExplanation) });

/** `POST /admin/join-tokens` */
export const joinTokenMintRequest = z.object({
  /** The sidecar becomes `spiffe://<trust domain>/sidecar/<node>`. */
  node,
  ttlSeconds: z.number().positive().max(86_400).default(600),
});
export const joinTokenMintAnswer = z.object({
  joinToken: z.string(),
  bundle: z.object({ x509Authorities: z.array(z.base64()) }),
});

/**
 * What a key of the trust domain signs; each kind has keys of its own, and a lifecycle of their own. Those of
 * `access-token` sign what the token endpoint gives out: they are in its JWKS and in no bundle.
 */
export const keySetKind = z.enum(['x509', 'jwt', 'wit', 'access-token']);
export type KeySetKind = z.infer<typeof keySetKind>;

/** The longest that a request to rotate may take. */
export const publishSecondsMax = 600;

/**
 * `POST /admin/authority/rotate`. `prepare` publishes the next key, `activate` signs with it, `taint`
 * has everything replaced that a predecessor has signed, `revoke` takes tainted keys out of the bundle, so
 * that nothing that they have signed is taken any more. `forced` is the first three, and answers when they are
 * done; ordered twice at once it is done once, and an issuer that dies meanwhile leaves it to the others.
 */
export const authorityRotateRequest = z.object({
  step: z.enum(['prepare', 'activate', 'taint', 'revoke', 'forced']),
  /**
   * For `forced`: how long the next key is published before it signs, so that everyone has fetched the
   * bundle by then. The issuer's own activation delay unless given, and ten minutes at most.
   */
  publishSeconds: z.number().min(0).max(publishSecondsMax).optional(),
  /** Which of the key sets; all of them where it is left out. */
  kind: keySetKind.optional(),
  /** For `revoke`: the one key; all that are tainted where it is left out. */
  keyId: z
    .string()
    .regex(/^[0-9a-f]{8,128}$/)
    .optional(),
  /** For `revoke`: also a key that is not tainted, even the one that signs. */
  force: z.boolean().optional(),
});

const instant = z.iso.datetime();

/** One key of a key set, without its private part. */
export const authorityView = z.object({
  kind: keySetKind,
  /** The subject key identifier of an X.509 authority, else the `kid`; hex in lower case. */
  keyId: z.string(),
  /** Of an X.509 authority's certificate. */
  serial: z.string().optional(),
  /** `not-begun`: made while the issuer's clock was ahead, so that nobody would take what it signs. */
  state: z.enum(['next', 'current', 'previous', 'tainted', 'revoked', 'not-begun', 'ended']),
  notBefore: instant,
  notAfter: instant,
  preparedAt: instant,
  activatedAt: instant.nullable(),
  taintedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type AuthorityView = z.infer<typeof authorityView>;

/** A forced rotation that is under way, or was over less than an hour ago. */
export const rotationView = z.object({
  id: z.string(),
  /** Which issuer took the order. */
  orderedBy: z.string(),
  kinds: z.array(keySetKind),
  phase: z.enum(['publishing', 'done', 'undone']),
  orderedAt: instant,
  activateAt: instant,
  finishedAt: instant.nullable(),
});

/** `GET /admin/authorities` */
export const authoritiesAnswer = z.object({
  trustDomain: z.string(),
  bundleSequence: z.number().int(),
  authorities: z.array(authorityView),
  rotations: z.array(rotationView),
});

/**
 * `PUT /admin/federated-bundles/<trust domain>` takes the other trust domain's SPIFFE bundle document (SPIFFE
 * Trust Domain and Bundle, 4) as it is, `DELETE` takes it away again. `GET` of it, and `GET /admin/spiffe-bundle`
 * for our own, answer with the document as text: its sequence has 64 bits, more than a JSON number keeps.
 */
export const spiffeBundleAnswer = z.object({ bundle: z.string() });

/** `PUT /admin/federation/<trust domain>`: federates with it, from now on by its bundle endpoint. */
export const federationRequest = z.object({
  /** `https:`, and nothing else. */
  url: z.string().max(2048),
  profile: z.enum(['https_web', 'https_spiffe']),
  /** Of https_spiffe: whom the endpoint has to prove to be. */
  endpointSpiffeId: z.string().max(2048).optional(),
  /** Of https_web: PEM of the CAs to believe, in place of those that Node brings. */
  webAuthorities: z.string().max(1_048_576).optional(),
  /** The other's bundle document as text; https_spiffe begins by it. It takes the place of the one held. */
  bundle: z.string().max(1_048_576).optional(),
});

/** `GET` and `PUT /admin/federation/<trust domain>`, `POST .../refresh`, which asks the endpoint now. */
export const federationRelationship = z.object({
  trustDomain: z.string(),
  url: z.string(),
  profile: z.enum(['https_web', 'https_spiffe']),
  endpointSpiffeId: z.string().optional(),
  /** Since the last success. */
  failures: z.number(),
  /** The last one, where it was not followed by a success. */
  failure: z.string().optional(),
  nextPollAtMs: z.number(),
  lastSuccessAtMs: z.number().optional(),
  lastFailureAtMs: z.number().optional(),
  /** What is known so far. */
  bundle: z
    .object({
      /** Decimal. */
      sequence: z.string().optional(),
      refreshHintSeconds: z.number().optional(),
      x509Authorities: z.number(),
      jwtAuthorities: z.number(),
      witAuthorities: z.number(),
    })
    .optional(),
});
export type FederationRelationshipAnswer = z.infer<typeof federationRelationship>;

/** `GET /admin/federation` */
export const federationList = z.object({ relationships: z.array(federationRelationship) });

/** `DELETE /admin/federation/<trust domain>`: with its bundle. */
export const federationRemoved = z.object({ trustDomain: z.string() });
