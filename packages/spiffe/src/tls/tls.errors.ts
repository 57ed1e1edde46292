import { DomainError } from '@blastradius/kernel';

/** The peer has proved who it is, and the authorizer does not want it. */
export class PeerNotAuthorized extends DomainError {
  readonly code = 'tls.peer-not-authorized';
  readonly category = 'forbidden';
}

/** A request would have left without TLS: nobody would have been identified. */
export class PlaintextRefused extends DomainError {
  readonly code = 'tls.plaintext-refused';
  readonly category = 'invalid';
}
