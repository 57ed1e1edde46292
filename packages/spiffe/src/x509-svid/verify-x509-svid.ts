import type { X509BundleSet } from '../bundle/x509-bundle.ts';
import type { SpiffeId } from '../spiffe-id/spiffe-id.ts';
import { parseCertificate } from './certificate.ts';
import { checkLeafProfile } from './leaf-profile.ts';
import { checkTrustPath } from './trust-path.ts';
import { checkValidity } from './validity.ts';
import { SvidMalformed, SvidTrustDomainUnknown } from './x509-svid.errors.ts';

export interface VerifiedX509Svid {
  readonly spiffeId: SpiffeId;
  /** Hex in lower case. */
  readonly serial: string;
  readonly notAfter: Date;
}

/** More certificates than any sane path has; a peer must not make us verify without end. */
const chainLengthMax = 8;

/** Verifies a peer's chain, leaf first, at `now` (X509-SVID, section 5). Throws `svid.*`. */
export function verifyX509Svid(
  chainDer: readonly Uint8Array[],
  bundles: X509BundleSet,
  now: Date,
): VerifiedX509Svid {
  if (chainDer.length > chainLengthMax) throw new SvidMalformed('the chain is too long');
  const chain = chainDer.map(parseCertificate);
  const [leaf] = chain;
  if (leaf === undefined) throw new SvidMalformed('the chain is empty');
  const spiffeId = checkLeafProfile(leaf);
  const bundle = bundles.get(spiffeId.trustDomain);
  if (bundle === undefined) throw new SvidTrustDomainUnknown('no bundle for this trust domain');
  checkValidity(leaf, now);
  checkTrustPath(chain, bundle, now);
  return {
    spiffeId,
    serial: leaf.x509.serialNumber.toLowerCase(),
    notAfter: leaf.x509.validToDate,
  };
}
