import { generateKeyPairSync } from 'node:crypto';
import type { X509Snapshot } from '../src/workload-identities.ts';

export const TRUST_DOMAIN_ID = 'spiffe://moltbook.test';
export const FOREIGN_ID = 'spiffe://partner.test';
export const agentId = (name: string) => `${TRUST_DOMAIN_ID}/agent/${name}`;

/** A DER sequence that stands for a certificate: here nothing looks into one. */
export const certificate = (content: string) =>
  Buffer.concat([Buffer.from([0x30, content.length]), Buffer.from(content)]);

export const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'der',
  type: 'pkcs8',
});

/** Each name is an agent's; `serial` makes its SVID another one. */
export function secretsOf(
  names: readonly string[],
  { serial = 1, authority = 'authority-1', foreign = true } = {},
): X509Snapshot {
  const bundle = certificate(authority);
  return {
    svids: names.map((name) => ({
      spiffeId: agentId(name),
      x509Svid: certificate(`${name} ${serial}`),
      x509SvidKey: privateKey,
      bundle,
      hint: name,
    })),
    bundles: new Map([[TRUST_DOMAIN_ID, bundle]]),
    federatedBundles: new Map(foreign ? [[FOREIGN_ID, certificate('foreign')]] : []),
  };
}
