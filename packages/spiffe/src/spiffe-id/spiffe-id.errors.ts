import { DomainError } from '@blastradius/kernel';

export type SpiffeIdDefect =
  | 'too-long'
  | 'wrong-scheme'
  | 'empty-trust-domain'
  | 'trust-domain-too-long'
  | 'trust-domain-character'
  | 'no-leading-slash'
  | 'trailing-slash'
  | 'empty-segment'
  | 'dot-segment'
  | 'path-character';

/** A text that is no SPIFFE ID; the code says why (`spiffe-id.dot-segment`). */
export class SpiffeIdInvalid extends DomainError {
  readonly code: `spiffe-id.${SpiffeIdDefect}`;
  readonly category = 'invalid';

  constructor(defect: SpiffeIdDefect, text: string) {
    super(`not a SPIFFE ID: ${defect}`, {
      publicDetail: `The SPIFFE ID is not valid (${defect}).`,
      context: { text: text.slice(0, 256) },
    });
    this.code = `spiffe-id.${defect}`;
  }
}
