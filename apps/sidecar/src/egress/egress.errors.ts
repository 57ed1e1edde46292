import { DomainError } from '@blastradius/kernel';

/** The caller is entitled to nothing, or not to the identity that it asked for. */
export class EgressIdentityRefused extends DomainError {
  readonly code = 'egress.identity-refused';
  readonly category = 'forbidden';
}

/** Identities can't be had for now: the issuer is away, or has not answered in time. */
export class EgressIdentityUnavailable extends DomainError {
  readonly code = 'egress.identity-unavailable';
  readonly category = 'unavailable';
}

/** A request target that names no path on the upstream. */
export class EgressTargetInvalid extends DomainError {
  readonly code = 'egress.target-invalid';
  readonly category = 'invalid';
}

/** No route takes the request: the proxy goes where its operator said, and nowhere else. */
export class EgressRouteMissing extends DomainError {
  readonly code = 'egress.route-missing';
  readonly category = 'not-found';
}

/** The upstream can't be reached, doesn't prove to be who it should be, or broke off. */
export class EgressUpstreamFailed extends DomainError {
  readonly code = 'egress.upstream-failed';
  readonly category = 'internal';
}
