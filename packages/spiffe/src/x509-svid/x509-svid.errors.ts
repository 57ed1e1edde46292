import { DomainError } from '@blastradius/kernel';

/** Any reason why a certificate is no acceptable X509-SVID. The caller never learns which. */
export abstract class X509SvidRefused extends DomainError {
  readonly category = 'unauthenticated';
}

export class SvidMalformed extends X509SvidRefused {
  readonly code = 'svid.malformed';
}

export class SvidUriSanMissingOrMany extends X509SvidRefused {
  readonly code = 'svid.uri-san-count';
}

export class SvidIdInvalid extends X509SvidRefused {
  readonly code = 'svid.spiffe-id-invalid';
}

export class SvidIdWithoutPath extends X509SvidRefused {
  readonly code = 'svid.spiffe-id-without-path';
}

export class SvidLeafIsCa extends X509SvidRefused {
  readonly code = 'svid.leaf-is-ca';
}

export class SvidLeafSignsCertificates extends X509SvidRefused {
  readonly code = 'svid.leaf-signs-certificates';
}

export class SvidKeyUsageMissing extends X509SvidRefused {
  readonly code = 'svid.key-usage';
}

export class SvidExtendedKeyUsageIncomplete extends X509SvidRefused {
  readonly code = 'svid.extended-key-usage';
}

export class SvidExtensionUnsupported extends X509SvidRefused {
  readonly code = 'svid.extension-unsupported';
}

export class SvidNotYetValid extends X509SvidRefused {
  readonly code = 'svid.not-yet-valid';
}

export class SvidExpired extends X509SvidRefused {
  readonly code = 'svid.expired';
}

export class SvidTrustDomainUnknown extends X509SvidRefused {
  readonly code = 'svid.trust-domain-unknown';
}

export class SvidUntrusted extends X509SvidRefused {
  readonly code = 'svid.untrusted';
}

/** A certificate of the chain that may not sign the one before it. */
export class SvidSigningCertificateInvalid extends X509SvidRefused {
  readonly code = 'svid.signing-certificate';
}

export class SvidKeyMalformed extends X509SvidRefused {
  readonly code = 'svid.key-malformed';
}

export class SvidKeyMismatch extends X509SvidRefused {
  readonly code = 'svid.key-mismatch';
}
