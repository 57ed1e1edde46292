import { createX509Source } from '@blastradius/spiffe';
import type { Config } from '../config.ts';
import type { Arm } from './arm.ts';
import { inMemoryOnly, keptInFile } from './credentials-file.ts';
import { StaticKeyArm } from './static-key-arm.ts';
import { X509SvidArm } from './x509-svid-arm.ts';

export function createArm(config: Config): Arm {
  if (config.ARM !== 'x509-svid') {
    const { NETWORK_URL, NETWORK_CERTIFICATE_PEM, CREDENTIALS_FILE } = config;
    const kept = CREDENTIALS_FILE === undefined ? inMemoryOnly : keptInFile(CREDENTIALS_FILE);
    return new StaticKeyArm(NETWORK_URL, NETWORK_CERTIFICATE_PEM, kept);
  }
  return new X509SvidArm({
    networkUrl: config.NETWORK_URL,
    networkSpiffeId: config.NETWORK_SPIFFE_ID,
    trustDomain: config.TRUST_DOMAIN,
    openSource: () => createX509Source({ endpoint: config.SPIFFE_ENDPOINT_SOCKET, timeoutMs: 60_000 }),
  });
}
