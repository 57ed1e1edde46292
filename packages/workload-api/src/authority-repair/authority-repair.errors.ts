import { DomainError } from '@blastradius/kernel';

/** What a client sends is not HTTP/2, or more than any gRPC client sends; its connection ends. */
export class Http2Malformed extends DomainError {
  readonly code = 'workload-api.http2-malformed';
  readonly category = 'invalid';
}

/** The client went before it said what it wants. */
export class ClientGone extends DomainError {
  readonly code = 'workload-api.client-gone';
  readonly category = 'unavailable';
}
