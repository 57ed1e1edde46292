import { readFileSync } from 'node:fs';
import { certificatesFromPem } from '@blastradius/spiffe';
import { z } from 'zod';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['DATABASE_URL', 'JOBS_URL', 'KEY_ENCRYPTION_KEY'] as const;

const seconds = z.coerce.number().positive();

const jwtSvidTtlSecondsMax = 300;

const environment = z.object({
  /** 0 takes any free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  BIND_ADDRESS: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  TRUST_DOMAIN: z.string().regex(/^[a-z0-9._-]{1,255}$/),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//),
  /** Where jobs are kept, `redis://` or `postgres://`; the database unless told otherwise. */
  JOBS_URL: z
    .string()
    .regex(/^(rediss?|postgres(ql)?):\/\//)
    .optional(),
  /** Keeps its queues apart from those of others in one Redis. */
  JOBS_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]+$/)
    .default('bull'),
  /** Base64 of 32 bytes; wraps the authorities' keys. */
  KEY_ENCRYPTION_KEY: z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((key) => key.length === 32, 'must be 32 bytes'),
  /** PEM of the CAs whose certificates admit a sidecar (x509pop); without it nobody is admitted that way. */
  X509POP_CA_FILE: z.string().startsWith('/').optional(),
  ADMIN_SOCKET: z.string().startsWith('/'),
  X509_SVID_TTL_SECONDS: seconds,
  /** A bearer token: five minutes, and never longer than an X509-SVID, unless told otherwise. */
  JWT_SVID_TTL_SECONDS: seconds.optional(),
  /** Bound to a key, as an X509-SVID is: as long as that one, unless told otherwise. */
  WIT_SVID_TTL_SECONDS: seconds.optional(),
  /** The `iss` of JWT-SVIDs, for those who look up keys by it. */
  JWT_SVID_ISSUER: z.url({ protocol: /^https$/ }).optional(),
  AUTHORITY_TTL_SECONDS: seconds,
  AUTHORITY_ROTATION_SECONDS: seconds,
  AUTHORITY_ACTIVATION_DELAY_SECONDS: z.coerce.number().min(0),
  BUNDLE_REFRESH_HINT_SECONDS: seconds,
  /** The audit log; this issuer's alone. */
  /** An issuer whose clock differs more than that from its database's signs nothing and changes no key set. */
  CLOCK_DIFFERENCE_SECONDS_MAX: seconds.default(60),
  LEDGER_FILE: z.string().startsWith('/'),
  /** A signed checkpoint of the audit log so often, and after so many records. */
  AUDIT_CHECKPOINT_SECONDS: seconds.default(10),
  AUDIT_CHECKPOINT_RECORDS: z.coerce.number().int().positive().default(10_000),
});

export interface AuthoritySchedule {
  readonly ttlSeconds: number;
  readonly rotationSeconds: number;
  /** How long the next authority is published before it signs. */
  readonly activationDelaySeconds: number;
}

export interface IssuerConfig {
  readonly port: number;
  readonly bindAddress: string;
  readonly trustDomain: string;
  readonly databaseUrl: string;
  readonly jobsUrl: string;
  readonly jobsPrefix: string;
  readonly keyEncryptionKey: Uint8Array;
  /** DER; empty where x509pop is off. */
  readonly x509PopAuthorities: readonly Uint8Array[];
  readonly adminSocket: string;
  readonly x509SvidTtlSeconds: number;
  readonly jwtSvidTtlSeconds: number;
  readonly witSvidTtlSeconds: number;
  readonly jwtSvidIssuer: string | undefined;
  readonly authority: AuthoritySchedule;
  readonly bundleRefreshHintSeconds: number;
  readonly clockDifferenceSecondsMax: number;
  readonly ledgerFile: string;
  readonly auditCheckpoints: { readonly everySeconds: number; readonly everyRecords: number };
}

/** Reads the environment once; what is missing or out of range ends the start with its name. */
export function loadConfig(variables: NodeJS.ProcessEnv): IssuerConfig {
  const parsed = environment.refine(overlaps, overlapText).parse(variables);
  return Object.freeze({
    port: parsed.PORT,
    bindAddress: parsed.BIND_ADDRESS,
    trustDomain: parsed.TRUST_DOMAIN,
    databaseUrl: parsed.DATABASE_URL,
    jobsUrl: parsed.JOBS_URL ?? parsed.DATABASE_URL,
    jobsPrefix: parsed.JOBS_PREFIX,
    keyEncryptionKey: parsed.KEY_ENCRYPTION_KEY,
    x509PopAuthorities: readAuthorities(parsed.X509POP_CA_FILE),
    adminSocket: parsed.ADMIN_SOCKET,
    x509SvidTtlSeconds: parsed.X509_SVID_TTL_SECONDS,
    jwtSvidTtlSeconds:
      parsed.JWT_SVID_TTL_SECONDS ?? Math.min(jwtSvidTtlSecondsMax, parsed.X509_SVID_TTL_SECONDS),
    witSvidTtlSeconds: parsed.WIT_SVID_TTL_SECONDS ?? parsed.X509_SVID_TTL_SECONDS,
    jwtSvidIssuer: parsed.JWT_SVID_ISSUER,
    authority: Object.freeze({
      ttlSeconds: parsed.AUTHORITY_TTL_SECONDS,
      rotationSeconds: parsed.AUTHORITY_ROTATION_SECONDS,
      activationDelaySeconds: parsed.AUTHORITY_ACTIVATION_DELAY_SECONDS,
    }),
    bundleRefreshHintSeconds: parsed.BUNDLE_REFRESH_HINT_SECONDS,
    clockDifferenceSecondsMax: parsed.CLOCK_DIFFERENCE_SECONDS_MAX,
    ledgerFile: parsed.LEDGER_FILE,
    auditCheckpoints: Object.freeze({
      everySeconds: parsed.AUDIT_CHECKPOINT_SECONDS,
      everyRecords: parsed.AUDIT_CHECKPOINT_RECORDS,
    }),
  });
}

/** At start alone: another set of CAs is another start. */
function readAuthorities(file: string | undefined): readonly Uint8Array[] {
  if (file === undefined) return [];
  try {
    return Object.freeze(certificatesFromPem(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new TypeError(`X509POP_CA_FILE: ${file} holds no certificates in PEM that can be read`, { cause });
  }
}

/** The successor has to sign before its predecessor ends, or nobody signs in between. */
function overlaps(parsed: z.infer<typeof environment>): boolean {
  return (
    parsed.AUTHORITY_TTL_SECONDS >
    parsed.AUTHORITY_ROTATION_SECONDS + parsed.AUTHORITY_ACTIVATION_DELAY_SECONDS
  );
}

const overlapText =
  'AUTHORITY_TTL_SECONDS must be more than AUTHORITY_ROTATION_SECONDS + AUTHORITY_ACTIVATION_DELAY_SECONDS';
