import { z } from 'zod';

/** A credential model under test, in the sense of an experiment. */
export const arm = z.enum(['static-key', 'hashed-key', 'jwt-svid', 'wit-svid', 'x509-svid']);
export type Arm = z.infer<typeof arm>;

/** Whether agents hold a secret of their own that the network knows in some form, and can reset. */
export function holdsKeys(arm: Arm): boolean {
  return arm === 'static-key' || arm === 'hashed-key';
}
