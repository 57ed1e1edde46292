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

/** What a key of the trust domain signs; each kind has keys of its own, and a lifecycle of their own. */
export const keySetKind = z.enum(['x509', 'jwt', 'wit']);
export type KeySetKind = z.infer<typeof keySetKind>;

/** The longest that a request to rotate may take. */
export const publishSecondsMax = 600;

/**
 * `POST /admin/authority/rotate`. `prepare` publishes the next key, `activate` signs with it, `taint`
 * has everything replaced that a predecessor has signed. `forced` is all three, and answers when they
 * are done; ordered twice at once it is done once.
 */
export const authorityRotateRequest = z.object({
  step: z.enum(['prepare', 'activate', 'taint', 'forced']),
  /**
   * For `forced`: how long the next key is published before it signs, so that everyone has fetched the
   * bundle by then. The issuer's own activation delay unless given, and ten minutes at most.
   */
  publishSeconds: z.number().min(0).max(publishSecondsMax).optional(),
  /** Which of the key sets; all three where it is left out. */
  kind: keySetKind.optional(),
});

/**
 * The body of `PUT /admin/federated-bundles/<trust domain>`: the other trust domain's SPIFFE bundle document
 * (SPIFFE Trust Domain and Bundle, 4) as it is; `DELETE` takes it away again.
 */
export const federatedBundleRequest = z.record(z.string(), z.unknown());
