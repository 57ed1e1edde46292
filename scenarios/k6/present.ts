import { holdsKeys, type Settings } from './settings.ts';

/**
 * How an agent shows who it is. With static keys k6 talks to the network itself and shows the key;
 * with identities it tells the sidecar's egress proxy for which agent it speaks, and the proxy, which
 * has attested k6, shows that agent's current SVID.
 */
export function credentialHeaders(
  { arm, trustDomain, agents }: Settings,
  agent: number,
  key: string | undefined,
): Record<string, string> {
  if (holdsKeys({ arm })) return key === undefined ? {} : { authorization: `Bearer ${key}` };
  return { 'x-spiffe-id': `spiffe://${trustDomain}/agent/${agents[agent]}` };
}
