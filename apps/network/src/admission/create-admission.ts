import { holdsKeys, modelOf } from '@blastradius/contracts';
import type { VerifyBearerSvid, VerifyBoundAccessToken, VerifyBoundSvid } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { storedKeyOf } from '../agents/stored-key-of.ts';
import type { NetworkConfig } from '../config.ts';
import type { Admission } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import { ClientCertificates, type ClientCertificatesOptions } from './client-certificates.ts';
import { IdentityAdmission, type ProveIdentity } from './identity-admission.ts';
import { proveByBearerToken, proveByBoundAccessToken, proveByBoundToken } from './prove-by-token.ts';
import { RotatedKeyAdmission } from './rotated-key-admission.ts';
import { ScopedKeyAdmission } from './scoped-key-admission.ts';
import { StaticKeyAdmission } from './static-key-admission.ts';

/** How what callers show is verified, for the arms in which it is. */
export interface Verifiers {
  readonly certificates: ClientCertificatesOptions;
  readonly bearerSvid: VerifyBearerSvid;
  readonly boundSvid: VerifyBoundSvid;
  readonly boundAccessToken: VerifyBoundAccessToken;
  /** The server's own: a proof is made for one of its URLs. */
  readonly origins: () => readonly string[];
  readonly clock: Clock;
}

/** The admission of the configured arm. */
export function createAdmission(
  { arm, trustDomain }: Pick<NetworkConfig, 'arm' | 'trustDomain'>,
  agents: AgentsByCredential,
  verifiers: Verifiers,
): Admission {
  if (arm === 'scoped-key') return new ScopedKeyAdmission(agents, storedKeyOf(arm));
  if (arm === 'rotated-key') return new RotatedKeyAdmission(agents, verifiers.clock);
  if (holdsKeys(arm)) return new StaticKeyAdmission(agents, storedKeyOf(arm));
  return new IdentityAdmission(proveIn(arm, verifiers), agents, trustDomain);
}

function proveIn(arm: NetworkConfig['arm'], verifiers: Verifiers): ProveIdentity {
  const { bearerSvid, boundSvid, boundAccessToken, clock, origins } = verifiers;
  const model = modelOf(arm);
  if (model === 'jwt-svid') return proveByBearerToken(bearerSvid, clock);
  if (model === 'jwt-svid+dpop') return proveByBoundAccessToken(boundAccessToken, clock, origins);
  if (model === 'wit-svid') return proveByBoundToken(boundSvid, clock, origins);
  const certificates = new ClientCertificates(verifiers.certificates);
  return ({ socket }) => certificates.on(socket);
}
