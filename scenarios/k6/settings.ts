import { type ActionWeights, incidentWeights } from './mix.ts';

/** What a load run is told by its environment (`k6 run -e NAME=value`). */
export interface Settings {
  readonly arm: (typeof ARMS)[number];
  /** The network itself (static keys), or the sidecar's egress proxy (identities). */
  readonly baseUrl: string;
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly durationSeconds: number;
  /** The load agents' names. */
  readonly agents: readonly string[];
  readonly seed: string;
  readonly trustDomain: string;
  readonly weights: ActionWeights;
  /** Where the summary goes, for a program to read. */
  readonly summaryFile: string | null;
}

/** Those whose agents show the same in each request; `LOADABLE` in packages/load says why the others are missing. */
const ARMS = [
  'static-key',
  'hashed-key',
  'scoped-key',
  'vaulted-key',
  'jwt-svid',
  'jwt-svid+rls',
  'x509-svid',
  'x509-svid+policy',
  'x509-svid+revocation-push',
] as const;

/** Whether agents hold a key that k6 has to show; with identities the sidecar's proxy does it. */
export function holdsKeys({ arm }: Pick<Settings, 'arm'>): boolean {
  return arm.endsWith('-key');
}

/** To be called in the init context: it opens the file of the names. */
export function readSettings(env: Readonly<Record<string, string>>): Settings {
  const text = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new Error(`${name} is missing: give it with -e ${name}=...`);
    return value;
  };
  const positive = (name: string): number => {
    const value = Number(text(name));
    if (!(value > 0)) throw new Error(`${name} must be a number above 0, and is ${env[name]}`);
    return value;
  };
  const arm = ARMS.find((known) => known === text('ARM'));
  if (!arm) throw new Error(`ARM must be one of ${ARMS.join(', ')}, and is ${env['ARM']}`);
  return {
    arm,
    baseUrl: text('BASE_URL').replace(/\/+$/, ''),
    ratePerSecond: positive('RATE'),
    warmUpSeconds: positive('WARM_UP_SECONDS'),
    durationSeconds: positive('DURATION_SECONDS'),
    agents: namesIn(open(text('AGENTS'))),
    seed: text('SEED'),
    trustDomain: env['TRUST_DOMAIN'] || 'moltbook.test',
    weights: env['WEIGHTS'] ? JSON.parse(env['WEIGHTS']) : incidentWeights,
    summaryFile: env['SUMMARY_FILE'] || null,
  };
}

function namesIn(json: string): string[] {
  const names: unknown = JSON.parse(json);
  if (!Array.isArray(names) || names.length < 2 || !names.every((name) => typeof name === 'string'))
    throw new Error('AGENTS must name a file with a JSON list of at least two names');
  return names;
}
