import { modelOf, type TokenPolicy } from '@blastradius/contracts';
import { realSeconds, type WorldSetting } from '../world/world-setting.ts';
import { freePort } from './load-entry.ts';

/** All agents of a world ask from one address. */
const REQUESTS_PER_SECOND = 10_000;

export interface TokenEndpointSetting {
  /** The issuer identifier (RFC 8414, section 2). */
  readonly issuer: string;
  /** What opens it in the issuer. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Undefined where agents show no access tokens. */
export async function tokenEndpointOf({
  arm,
}: Pick<WorldSetting, 'arm'>): Promise<TokenEndpointSetting | undefined> {
  if (modelOf(arm) !== 'jwt-svid+dpop') return undefined;
  const port = await freePort();
  const issuer = `https://localhost:${port}`;
  return {
    issuer,
    environment: {
      TOKEN_ENDPOINT_ISSUER: issuer,
      TOKEN_ENDPOINT_PORT: String(port),
      TOKEN_ENDPOINT_REQUESTS_PER_SECOND: String(REQUESTS_PER_SECOND),
    },
  };
}

/** As long as the issuer's JWT-SVIDs, so that what a theft is worth differs by the binding alone. */
const TTL_SECONDS_MAX = 300;

/** Agents may have tokens for the network, in their own names and bound to their keys. */
export function tokenPolicyOf(setting: Pick<WorldSetting, 'scenario' | 'timeScale'>): Partial<TokenPolicy> {
  const { trustDomain, svidTtlMinutes } = setting.scenario.identity;
  const svidTtlSeconds = Math.max(1, Math.round(realSeconds(setting, svidTtlMinutes)));
  return {
    id: 'agents',
    client: `spiffe://${trustDomain}/agent/*`,
    grants: ['client_credentials'],
    audiences: [`spiffe://${trustDomain}/network`],
    ttlSecondsMax: Math.min(TTL_SECONDS_MAX, svidTtlSeconds),
    bearer: false,
  };
}
