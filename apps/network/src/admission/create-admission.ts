import { holdsKeys } from '@blastradius/contracts';
import { storedKeyOf } from '../agents/stored-key-of.ts';
import type { NetworkConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { Admission } from './admission.ts';
import { ClientCertificates, type ClientCertificatesOptions } from './client-certificates.ts';
import { type BearerTokens, JwtSvidAdmission } from './jwt-svid-admission.ts';
import { PostgresAgentsByCredential } from './postgres-agents-by-credential.ts';
import { StaticKeyAdmission } from './static-key-admission.ts';
import { X509SvidAdmission } from './x509-svid-admission.ts';

/** How what callers show is proved, for the arms in which it is. */
export interface Proofs {
  readonly certificates: ClientCertificatesOptions;
  readonly tokens: BearerTokens;
}

/** The admission of the configured arm. */
export function createAdmission(
  { arm, trustDomain }: Pick<NetworkConfig, 'arm' | 'trustDomain'>,
  database: Database,
  proofs: Proofs,
): Admission {
  const agents = new PostgresAgentsByCredential(database);
  if (holdsKeys(arm)) return new StaticKeyAdmission(agents, storedKeyOf(arm));
  if (arm === 'jwt-svid') return new JwtSvidAdmission(proofs.tokens, agents, trustDomain);
  return new X509SvidAdmission(new ClientCertificates(proofs.certificates), agents, trustDomain);
}
