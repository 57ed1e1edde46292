import { DomainError } from '@blastradius/kernel';

/** The issuer can't be reached, is overloaded, or doesn't prove to be the issuer. */
export class IssuerUnavailable extends DomainError {
  readonly code = 'issuer.unavailable';
  readonly category = 'unavailable';
}

/** The issuer answered and does not grant the request; for a workload that is no identity for now. */
export class IssuerRefused extends DomainError {
  readonly code = 'issuer.refused';
  readonly category = 'unavailable';
}

/**
 * A join token was sent and nobody knows whether it was taken: it is one-time, so only another one
 * helps.
 */
export class JoinTokenLost extends DomainError {
  readonly code = 'sidecar.join-token-lost';
  readonly category = 'unavailable';
}

/** No join token is there, or none that can be taken away. */
export class JoinTokenMissing extends DomainError {
  readonly code = 'sidecar.join-token-missing';
  readonly category = 'unavailable';
}

/** The files of the node's certificate and its key are not there, or are no such thing. */
export class NodeCertificateUnreadable extends DomainError {
  readonly code = 'sidecar.node-certificate-unreadable';
  readonly category = 'unavailable';
}

/** The server's certificate is not the SVID of the trust domain's issuer. */
export class NotTheIssuer extends DomainError {
  readonly code = 'issuer.wrong-identity';
  readonly category = 'unauthenticated';
}

/** The sidecar's own SVID has ended before it could be renewed; only another join token helps, or its node's certificate. */
export class SidecarIdentityEnded extends DomainError {
  readonly code = 'sidecar.identity-ended';
  readonly category = 'unauthenticated';
}
