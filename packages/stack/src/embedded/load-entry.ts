import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type IssuancePolicy, modelOf } from '@blastradius/contracts';
import type { LoadGenerator } from '../world/load-entry.ts';
import { isIdentityArm, type WorldSetting } from '../world/world-setting.ts';
import type { EmbeddedSetting } from './embedded-setting.ts';

/** One for the load generator, and one for the agents that use tokens, where there are any. */
export function loadPoliciesOf({ agents, selectors, tokenAgents }: LoadGenerator): IssuancePolicy[] {
  const load = { id: 'load-agents', agents, selectors };
  const all = tokenAgents === undefined ? [load] : [load, { id: 'token-agents', ...tokenAgents }];
  return all.map((policy) => ({
    id: policy.id,
    selectors: [...policy.selectors],
    spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
    instances: [...policy.agents],
    dnsNames: [],
  }));
}

/**
 * The network's port, chosen before the network is there: the sidecar that sends to it starts earlier.
 * Null where nobody has to know it.
 */
export async function chooseNetworkPort(setting: WorldSetting): Promise<number | null> {
  return setting.loadGenerator && isIdentityArm(setting.arm) ? freePort() : null;
}

/** What makes the sidecar carry a load generator's requests to the network over mTLS. */
export function egressEnvironment(
  setting: EmbeddedSetting,
  networkPort: number | null,
): Record<string, string> {
  if (networkPort === null) return {};
  if (modelOf(setting.arm) === 'jwt-svid')
    return { EGRESS_PORT: '0', EGRESS_ROUTES_FILE: writeRoutes(setting, networkPort) };
  return {
    EGRESS_PORT: '0',
    EGRESS_UPSTREAM_URL: `https://127.0.0.1:${networkPort}`,
    EGRESS_UPSTREAM_SPIFFE_ID: `spiffe://${setting.scenario.identity.trustDomain}/network`,
  };
}

/** The one route, on which a load agent's JWT-SVID is shown instead of its X509-SVID. */
function writeRoutes({ scenario, socketFolder }: EmbeddedSetting, networkPort: number): string {
  const { trustDomain } = scenario.identity;
  const network = `spiffe://${trustDomain}/network`;
  const route = {
    name: 'network',
    upstream: `https://127.0.0.1:${networkPort}`,
    server: { spiffeId: network },
    credential: { kind: 'jwt-svid', audience: [network] },
    callers: [`spiffe://${trustDomain}/agent/*`],
  };
  const file = join(socketFolder, 'egress-routes.json');
  writeFileSync(file, JSON.stringify({ routes: [route] }), { mode: 0o600 });
  return file;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
