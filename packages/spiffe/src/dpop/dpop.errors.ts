import { DomainError, type DomainErrorOptions } from '@blastradius/kernel';

export type DpopDefect =
  | 'malformed'
  | 'header-parameter'
  | 'type'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'claim'
  | 'method'
  | 'url'
  | 'time'
  | 'access-token';

/** Any reason why a DPoP proof is none (RFC 9449, section 4.3). The caller never learns which. */
export class DpopProofRefused extends DomainError {
  readonly code: `dpop.${DpopDefect}`;
  readonly category = 'unauthenticated';

  constructor(defect: DpopDefect, message: string, options: DomainErrorOptions = {}) {
    super(message, options);
    this.code = `dpop.${defect}`;
  }
}
