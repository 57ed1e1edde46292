import { type Arm, arm, holdsKeys } from '@blastradius/contracts';
import { z } from 'zod';
import { incidentRateLimits, type RateLimitRules, rateLimitRules } from './rate-limits/rate-limit-rules.ts';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['DATABASE_URL', 'JOBS_DATABASE_URL', 'PUBLISHABLE_KEY'] as const;

const environment = z.object({
  ARM: arm,
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  BIND_ADDRESS: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** The DNS names for its own certificate, joined by commas; an SVID brings its own. */
  SERVER_NAMES: z
    .string()
    .default('localhost')
    .transform((names) => names.split(',')),
  /** Where the certificate is left for those who have to trust it, where the server made its own. */
  CERTIFICATE_FILE: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1),
  /** `postgres://` or `redis://`. */
  JOBS_DATABASE_URL: z.string().min(1).optional(),
  /** Keeps the queues of several networks apart that share one Redis. */
  JOBS_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]+$/)
    .default('bull'),
  /** The audit log, JSON Lines. */
  LEDGER_FILE: z.string().min(1),
  CHECKPOINT_FILE: z.string().min(1),
  /** A careless log beside the audit log, as a proxy in front would keep it: every request with its headers. */
  REQUEST_LOG_FILE: z.string().min(1).optional(),
  /** Incident seconds in one real second. */
  TIME_SCALE: z.coerce.number().positive().default(1),
  OPERATOR_SOCKET: z.string().min(1),
  /** What the web page's script tells the world, as Moltbook's did. */
  DATA_API_URL: z.string().default(''),
  PUBLISHABLE_KEY: z.string().default(''),
  TRUST_DOMAIN: z.string().min(1).default('moltbook.test'),
  SPIFFE_ENDPOINT_SOCKET: z.string().min(1).optional(),
  /** JSON; what it leaves out stays as it was in the incident. */
  RATE_LIMITS: z
    .string()
    .optional()
    .transform((text, context) => parseJson(text, context))
    .pipe(rateLimitRules.partial()),
  KEY_RESET_BATCH_SIZE: z.coerce.number().int().min(1).max(10_000).default(50),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

export interface NetworkConfig {
  readonly arm: Arm;
  readonly port: number;
  readonly bindAddress: string;
  readonly serverNames: readonly string[];
  readonly certificateFile: string | null;
  readonly databaseUrl: string;
  readonly jobsDatabaseUrl: string;
  readonly jobsPrefix: string;
  readonly ledgerFile: string;
  readonly checkpointFile: string;
  readonly requestLogFile: string | null;
  readonly timeScale: number;
  readonly operatorSocket: string;
  readonly dataApiUrl: string;
  readonly publishableKey: string;
  readonly trustDomain: string;
  readonly workloadApiAddress: string | null;
  readonly rateLimits: RateLimitRules;
  readonly keyResetBatchSize: number;
  readonly logLevel: string;
}

export function loadConfig(env: NodeJS.ProcessEnv): NetworkConfig {
  const parsed = environment.parse(env);
  if (!holdsKeys(parsed.ARM) && parsed.SPIFFE_ENDPOINT_SOCKET === undefined) {
    throw new TypeError(`SPIFFE_ENDPOINT_SOCKET is required in arm ${parsed.ARM}`);
  }
  return Object.freeze({
    arm: parsed.ARM,
    port: parsed.PORT,
    bindAddress: parsed.BIND_ADDRESS,
    serverNames: parsed.SERVER_NAMES,
    certificateFile: parsed.CERTIFICATE_FILE ?? null,
    databaseUrl: parsed.DATABASE_URL,
    jobsDatabaseUrl: parsed.JOBS_DATABASE_URL ?? parsed.DATABASE_URL,
    jobsPrefix: parsed.JOBS_PREFIX,
    ledgerFile: parsed.LEDGER_FILE,
    checkpointFile: parsed.CHECKPOINT_FILE,
    requestLogFile: parsed.REQUEST_LOG_FILE ?? null,
    timeScale: parsed.TIME_SCALE,
    operatorSocket: parsed.OPERATOR_SOCKET,
    dataApiUrl: parsed.DATA_API_URL,
    publishableKey: parsed.PUBLISHABLE_KEY,
    trustDomain: parsed.TRUST_DOMAIN,
    workloadApiAddress: parsed.SPIFFE_ENDPOINT_SOCKET ?? null,
    rateLimits: Object.freeze({ ...incidentRateLimits, ...withoutGaps(parsed.RATE_LIMITS) }),
    keyResetBatchSize: parsed.KEY_RESET_BATCH_SIZE,
    logLevel: parsed.LOG_LEVEL,
  });
}

function parseJson(text: string | undefined, context: z.RefinementCtx): unknown {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
}

function withoutGaps(rules: { [K in keyof RateLimitRules]?: number | undefined }): Partial<RateLimitRules> {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
