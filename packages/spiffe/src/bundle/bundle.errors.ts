import { DomainError } from '@blastradius/kernel';

/** Any reason why a document is no acceptable bundle. */
export abstract class BundleInvalid extends DomainError {
  readonly category = 'invalid';
}

/** No JSON, or JSON of another shape than a JWK Set (RFC 7517, section 5). */
export class BundleMalformed extends BundleInvalid {
  readonly code = 'bundle.malformed';
}

/** SPIFFE Trust Domain and Bundle, section 4.1.3: `keys` is there, even where it is empty. */
export class BundleKeysMissing extends BundleInvalid {
  readonly code = 'bundle.keys-missing';
}

export class BundleSequenceInvalid extends BundleInvalid {
  readonly code = 'bundle.sequence';
}

export class BundleRefreshHintInvalid extends BundleInvalid {
  readonly code = 'bundle.refresh-hint';
}

/** A key of a use that we know, which is no key. */
export class BundleKeyInvalid extends BundleInvalid {
  readonly code = 'bundle.key';
}

export class BundleKeyIdMissing extends BundleInvalid {
  readonly code = 'bundle.key-id-missing';
}

export class BundleKeyIdRepeated extends BundleInvalid {
  readonly code = 'bundle.key-id-repeated';
}

/** An X.509 authority is exactly one certificate, of the key that stands beside it (section 4.2.3). */
export class BundleCertificateInvalid extends BundleInvalid {
  readonly code = 'bundle.certificate';
}

/** A bundle map (section 5) without `trust_domains`, or with one that is no trust domain. */
export class BundleMapInvalid extends BundleInvalid {
  readonly code = 'bundle-map.invalid';
}
