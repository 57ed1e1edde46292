import { DomainError } from '@blastradius/kernel';

/** Any reason why no bundle was had from another trust domain's endpoint. */
export abstract class BundleFetchFailed extends DomainError {}

/** A bundle endpoint that can't be meant: no `https:` URL, or one that carries a user, a query or a fragment. */
export class BundleEndpointInvalid extends BundleFetchFailed {
  readonly code = 'federation.endpoint-invalid';
  readonly category = 'invalid';
}

/** https_spiffe knows the endpoint by a bundle that is already there (SPIFFE Federation, section 5.2.2). */
export class BundleEndpointBundleMissing extends BundleFetchFailed {
  readonly code = 'federation.endpoint-bundle-missing';
  readonly category = 'not-found';
}

/** Nobody answered, or the connection broke. */
export class BundleEndpointUnreachable extends BundleFetchFailed {
  readonly code = 'federation.endpoint-unreachable';
  readonly category = 'unavailable';
}

/** The answer was not there in time. */
export class BundleEndpointSlow extends BundleFetchFailed {
  readonly code = 'federation.endpoint-slow';
  readonly category = 'unavailable';
}

/** Whoever answers has not proved to be the endpoint: another name, ID or CA, or a certificate that has ended. */
export class BundleEndpointUntrusted extends BundleFetchFailed {
  readonly code = 'federation.endpoint-untrusted';
  readonly category = 'unauthenticated';
}

/** The endpoint answered, and not with a document: another status (a redirect, too), too much, another encoding. */
export class BundleEndpointAnswerInvalid extends BundleFetchFailed {
  readonly code = 'federation.endpoint-answer';
  readonly category = 'unavailable';
}

/** What came is no bundle of the trust domain that we could use; `cause` says why. */
export class FetchedBundleInvalid extends BundleFetchFailed {
  readonly code = 'federation.fetched-bundle-invalid';
  readonly category = 'invalid';
}

/** The endpoint gave a bundle that is older than the one we have. */
export class FetchedBundleRolledBack extends BundleFetchFailed {
  readonly code = 'federation.sequence-rolled-back';
  readonly category = 'conflict';
}
