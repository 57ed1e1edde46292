import { DomainError } from '@blastradius/kernel';

/** The platform has no kernel interface for the credentials of a socket's peer. */
export class PeerCredentialsUnsupported extends DomainError {
  readonly code = 'attestation.platform-unsupported';
  readonly category = 'unavailable';
}

/** The kernel did not name the process at the other end of a connection. */
export class PeerCredentialsUnreadable extends DomainError {
  readonly code = 'attestation.peer-unreadable';
  readonly category = 'unavailable';
}

/** The calling process ended, or its pid now names another one, before attestation was complete. */
export class ProcessGone extends DomainError {
  readonly code = 'attestation.process-gone';
  readonly category = 'unavailable';
}

/** What an attestor depends on (an engine, systemd) can't be asked: its selectors are missing meanwhile. */
export class AttestorUnavailable extends DomainError {
  readonly code = 'attestation.attestor-unavailable';
  readonly category = 'unavailable';
}

/** A cgroup names a container that its engine does not vouch for. */
export class ContainerUnconfirmed extends DomainError {
  readonly code = 'attestation.container-unconfirmed';
  readonly category = 'forbidden';
}

/** What the process was attested as no longer holds (its script changed on disk, say). */
export class WorkloadChanged extends DomainError {
  readonly code = 'attestation.workload-changed';
  readonly category = 'forbidden';
}

export class NoIdentityIssued extends DomainError {
  readonly code = 'workload-api.no-identity';
  readonly category = 'forbidden';
}

/** SPIFFE Workload Endpoint, 6: calls without the header are refused, and not retried. */
export class WorkloadHeaderMissing extends DomainError {
  readonly code = 'workload-api.header-missing';
  readonly category = 'invalid';
}

/** The kernel did not close this process to its neighbours. */
export class ProcessUnshielded extends DomainError {
  readonly code = 'workload-api.process-unshielded';
  readonly category = 'internal';
}

/** Another process serves this socket. */
export class SocketInUse extends DomainError {
  readonly code = 'workload-api.socket-in-use';
  readonly category = 'conflict';
}

/** The request lacks what its method needs, or has it in a form that no workload could mean. */
export class WorkloadRequestInvalid extends DomainError {
  readonly code = 'workload-api.request-invalid';
  readonly category = 'invalid';
}

/** The token is no JWT-SVID for this audience, by the bundles of the caller; the cause says why. */
export class JwtSvidNotValid extends DomainError {
  readonly code = 'workload-api.jwt-svid-not-valid';
  readonly category = 'invalid';
}

/** The profile is optional and switched off (SPIFFE Workload API, 4). */
export class ProfileNotServed extends DomainError {
  readonly code = 'workload-api.profile-not-served';
  readonly category = 'not-found';
}
