import { type VerifiedCsr, verifyCsrElsewhere } from '@blastradius/pki';
import { CsrNamesAnother } from './issuance.errors.ts';

/** Checks a base64 CSR and that it asks for this identity, if it names one. Returns the key. */
export async function keyForIdentity(csr: string, spiffeId: string): Promise<VerifiedCsr['publicKeySpki']> {
  const verified = await verifyCsrElsewhere(Buffer.from(csr, 'base64'));
  if (verified.spiffeId !== null && verified.spiffeId !== spiffeId) throw new CsrNamesAnother();
  return verified.publicKeySpki;
}
