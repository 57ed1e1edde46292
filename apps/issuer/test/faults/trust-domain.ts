import { randomBytes } from 'node:crypto';
import { type IssuancePolicy, issuance } from '@blastradius/contracts';
import type { Postgres } from '@blastradius/testkit';
import { SidecarClient, type TestIdentity } from '../sidecar-client.ts';
import { trustDomain } from '../test-issuer.ts';
import { type IssuanceHistory, issuanceViolations, type PolicyPeriod } from './issuance-invariants.ts';
import type { IssuanceLoad } from './issuance-load.ts';
import type { IssuerProcess } from './issuer-process.ts';
import { keySetViolations, type StoredKey } from './key-set-invariants.ts';

export const agent = (name: string) => `spiffe://${trustDomain}/agent/${name}`;
export const selectors = ['unix:uid:1000'];

/** Grants the named agents to whoever has the selectors. */
export function policyFor(names: readonly string[]): IssuancePolicy[] {
  return names.map((name) => ({
    id: name,
    selectors,
    spiffeId: `spiffe://{trustDomain}/agent/${name}`,
  })) as IssuancePolicy[];
}

/** What two issuers share, over a database of their own. */
export async function sharedEnvironment(
  postgres: Postgres,
  database: string,
): Promise<Record<string, string>> {
  return {
    TRUST_DOMAIN: trustDomain,
    DATABASE_URL: await postgres.createDatabase(database),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    X509_SVID_TTL_SECONDS: '300',
    AUTHORITY_TTL_SECONDS: '14400',
    AUTHORITY_ROTATION_SECONDS: '7200',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '1',
    BUNDLE_REFRESH_HINT_SECONDS: '1',
  };
}

/** Everything that policy ever granted, and when, by what the operator knows. */
export class PolicyHistory {
  readonly #periods: PolicyPeriod[] = [];

  async replace(issuer: IssuerProcess, names: readonly string[]): Promise<void> {
    const fromMs = Date.now();
    await issuer.replacePolicies(policyFor(names));
    const last = this.#periods.at(-1);
    if (last !== undefined) this.#periods[this.#periods.length - 1] = { ...last, untilMs: Date.now() };
    const spiffeIds = new Set(names.map(agent));
    this.#periods.push({ fromMs, untilMs: Number.POSITIVE_INFINITY, spiffeIds });
  }

  get periods(): readonly PolicyPeriod[] {
    return this.#periods;
  }
}

export interface Seen {
  readonly load: IssuanceLoad;
  readonly issuers: readonly IssuerProcess[];
  readonly policies: PolicyHistory;
  readonly staleMsMax: number;
}

/** The load has to be stopped: what is under way is in nobody's hands yet. */
export function violationsOf({ load, issuers, policies, staleMsMax }: Seen): string[] {
  const history: IssuanceHistory = {
    receipts: load.receipts,
    audits: issuers.map((issuer) => ({
      issuer: issuer.name,
      records: issuer.records().map((record) => ({ ...record, atMs: withinTheHour(record.atMs) })),
    })),
    policies: policies.periods,
    staleMsMax,
  };
  return issuanceViolations(history);
}

/** What was signed by the right time may be written down by the wrong one, where the test set the clock in between. */
function withinTheHour(atMs: number): number {
  const hourMs = 3_600_000;
  return atMs - Math.round((atMs - Date.now()) / hourMs) * hourMs;
}

export interface KeySetsAt {
  readonly postgres: Postgres;
  readonly database: string;
  readonly issuers: readonly IssuerProcess[];
  readonly identity: TestIdentity;
}

export async function keySetViolationsAt(at: KeySetsAt): Promise<string[]> {
  const bundles = await Promise.all(
    at.issuers.map(async (issuer) => {
      const { name, url } = issuer;
      const client = new SidecarClient(url, await issuer.authorities(), at.identity);
      const bundle = issuance.trustBundle.parse((await client.get('/v1/bundle')).body);
      client.close();
      const tokens = [...bundle.jwtAuthorities, ...bundle.witAuthorities];
      const keys = [
        ...bundle.x509Authorities.map((der) => Buffer.from(der, 'base64').toString('hex')),
        ...tokens.map(({ x, y }) => hexOf(x) + hexOf(y)),
      ];
      return [name, keys] as const;
    }),
  );
  return keySetViolations({
    stored: await storedKeys(at),
    bundles: Object.fromEntries(bundles),
    bundled: ['x509', 'jwt', 'wit'],
  });
}

function hexOf(coordinate: string): string {
  return Buffer.from(coordinate, 'base64url').toString('hex');
}

/** Of a token's key, the last 64 bytes of its SubjectPublicKeyInfo are the point that its JWK has. */
async function storedKeys({ postgres, database }: KeySetsAt): Promise<StoredKey[]> {
  const { rows } = await postgres.query<StoredKey>(
    database,
    `select id::text, 'x509' as kind, encode(certificate, 'hex') as published,
       activated_at is not null as "isActivated", wrapped_key is not null as "hasKey"
     from issuer.authorities
     union all
     select id::text, kind::text, right(encode(public_key, 'hex'), 128),
       activated_at is not null, wrapped_key is not null
     from issuer.token_authorities`,
  );
  return rows;
}
