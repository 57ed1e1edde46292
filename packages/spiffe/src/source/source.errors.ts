import { DomainError, type DomainErrorOptions } from '@blastradius/kernel';

export type SourceKind = 'x509' | 'jwt' | 'wit' | 'bundle';

/** No first update came in time; `cause` is the last failure of the watch, where there was one. */
export class SourceTimeout extends DomainError {
  readonly code: `${SourceKind}-source.timeout`;
  readonly category = 'unavailable';

  constructor(kind: SourceKind, message: string, options?: DomainErrorOptions) {
    super(message, options);
    this.code = `${kind}-source.timeout`;
  }
}

/** The source holds no SVID, or none for the SPIFFE ID or hint that was asked for. */
export class X509SvidNotHeld extends DomainError {
  readonly code = 'x509-source.svid-not-held';
  readonly category = 'not-found';
}
