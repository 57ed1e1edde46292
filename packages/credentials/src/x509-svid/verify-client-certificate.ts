import { X509Certificate } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { type VerifiedX509Svid, verifyX509Svid, type X509BundleSet } from '@blastradius/spiffe';

/** What a TLS client has shown. */
export interface PresentedCertificates {
  /** DER, leaf first. */
  readonly chainDer: readonly Uint8Array[];
  /** Whether the TLS stack itself found a path to an authority, at the time of the handshake. */
  readonly trustedByTls: boolean;
}

/** Throws `ClientCertificateRefused`; returns only what has been proved. */
export type VerifyClientCertificate = (presented: PresentedCertificates, now: Date) => VerifiedX509Svid;

export class ClientCertificateRefused extends DomainError {
  readonly category = 'unauthenticated';
  readonly code: 'admission.untrusted-certificate' | 'admission.expired-svid';

  constructor(code: ClientCertificateRefused['code'], cause?: unknown) {
    super('the client certificate is not accepted', { cause });
    this.code = code;
  }
}

/**
 * Believes a client certificate only where two verifications agree: the TLS stack's own, and the
 * X509-SVID's (X509-SVID, section 5), which also knows which authorities speak for which trust
 * domain. `bundles` is asked each time, so that an authority that was taken out counts no more.
 */
export function clientCertificateVerifier(bundles: () => X509BundleSet): VerifyClientCertificate {
  return (presented, now) => {
    const verified = verifiedOrRefused(presented.chainDer, bundles(), now);
    if (!presented.trustedByTls) throw new ClientCertificateRefused('admission.untrusted-certificate');
    return verified;
  };
}

function verifiedOrRefused(chainDer: readonly Uint8Array[], bundles: X509BundleSet, now: Date) {
  try {
    return verifyX509Svid(chainDer, bundles, now);
  } catch (cause) {
    const expired = cause instanceof DomainError && cause.code === 'svid.expired';
    // A stranger's certificate that is also out of date is a stranger's: "expired" is said only of
    // what was an identity of ours once.
    const wasOurs = expired && isVerifiedAt(chainDer, bundles, lastMomentOf(chainDer));
    throw new ClientCertificateRefused(
      wasOurs ? 'admission.expired-svid' : 'admission.untrusted-certificate',
      cause,
    );
  }
}

function isVerifiedAt(chainDer: readonly Uint8Array[], bundles: X509BundleSet, lastMoment: Date): boolean {
  try {
    verifyX509Svid(chainDer, bundles, lastMoment);
    return true;
  } catch {
    return false;
  }
}

function lastMomentOf([leaf]: readonly Uint8Array[]): Date {
  return leaf === undefined ? new Date(0) : new X509Certificate(leaf).validToDate;
}
