import { z } from 'zod';

/**
 * A credential model under test, in the sense of an experiment; what stands behind a plus is a modifier,
 * and the arm of the same name without it is what it is compared with.
 */
export const arm = z.enum([
  'static-key',
  'hashed-key',
  'scoped-key',
  'vaulted-key',
  'rotated-key',
  'jwt-svid',
  'jwt-svid+dpop',
  'jwt-svid+rls',
  'wit-svid',
  'x509-svid',
  'x509-svid+policy',
  'x509-svid+revocation-push',
]);
export type Arm = z.infer<typeof arm>;

/** How agents prove who they are. A DPoP-bound access token is proved in another way than the bearer token. */
export type CredentialModel = Exclude<Arm, `${string}+${Modifier}`>;

/** What follows from who an agent has proved to be; the proof itself is that of the arm without it. */
export type Modifier = 'policy' | 'revocation-push' | 'rls';

export function modelOf(arm: Arm): CredentialModel {
  switch (arm) {
    case 'jwt-svid+rls':
      return 'jwt-svid';
    case 'x509-svid+policy':
    case 'x509-svid+revocation-push':
      return 'x509-svid';
    default:
      return arm;
  }
}

export function modifierOf(arm: Arm): Modifier | null {
  switch (arm) {
    case 'jwt-svid+rls':
      return 'rls';
    case 'x509-svid+policy':
      return 'policy';
    case 'x509-svid+revocation-push':
      return 'revocation-push';
    default:
      return null;
  }
}

/** The arms in which agents hold a secret of their own that the network knows in some form, and can reset. */
export type KeyArm = Extract<Arm, `${string}-key`>;

export function holdsKeys(arm: Arm): arm is KeyArm {
  return arm.endsWith('-key');
}
