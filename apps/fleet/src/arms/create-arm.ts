import { modelOf } from '@blastradius/contracts';
import { createX509Source } from '@blastradius/spiffe';
import { type Config, proxyOf } from '../config.ts';
import type { Arm } from './arm.ts';
import { inMemoryOnly, keptInFile } from './credentials-file.ts';
import { DpopArm } from './dpop-arm.ts';
import { JwtSvidArm } from './jwt-svid-arm.ts';
import { StaticKeyArm } from './static-key-arm.ts';
import { VaultedKeyArm } from './vaulted-key-arm.ts';
import { WitSvidArm } from './wit-svid-arm.ts';
import { X509SvidArm } from './x509-svid-arm.ts';

export function createArm(config: Config): Arm {
  if ('NETWORK_CERTIFICATE_PEM' in config) {
    const { NETWORK_URL, NETWORK_CERTIFICATE_PEM, CREDENTIALS_FILE } = config;
    if (config.ARM === 'vaulted-key') {
      return new VaultedKeyArm({
        networkUrl: NETWORK_URL,
        certificatePem: NETWORK_CERTIFICATE_PEM,
        vaultUrl: config.VAULT_ADDR,
        appRoleFile: config.VAULT_APPROLE_FILE,
        pollMs: config.VAULT_POLL_SECONDS * 1000,
        proxyOf: proxyOf(config),
      });
    }
    const kept = CREDENTIALS_FILE === undefined ? inMemoryOnly : keptInFile(CREDENTIALS_FILE);
    return new StaticKeyArm({
      networkUrl: NETWORK_URL,
      certificatePem: NETWORK_CERTIFICATE_PEM,
      kept,
      proxyOf: proxyOf(config),
    });
  }
  const workloadApi = config.SPIFFE_ENDPOINT_SOCKET;
  const options = {
    networkUrl: config.NETWORK_URL,
    networkSpiffeId: config.NETWORK_SPIFFE_ID,
    trustDomain: config.TRUST_DOMAIN,
    proxyOf: proxyOf(config),
  };
  if (config.ARM === 'jwt-svid+dpop') {
    return new DpopArm({ ...options, tokenIssuer: config.TOKEN_ISSUER }, workloadApi);
  }
  const model = modelOf(config.ARM);
  if (model === 'jwt-svid') return new JwtSvidArm(options, workloadApi, config.DATA_API);
  if (model === 'wit-svid') return new WitSvidArm(options, workloadApi);
  return new X509SvidArm(options, () => createX509Source({ endpoint: workloadApi, timeoutMs: 60_000 }));
}
