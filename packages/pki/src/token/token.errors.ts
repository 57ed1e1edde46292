import { DomainError } from '@blastradius/kernel';

/** A token came out of the signer other than it was asked for; it must not be released. */
export class MintedTokenWrong extends DomainError {
  readonly code = 'mint.wrong-token';
  readonly category = 'internal';
}
