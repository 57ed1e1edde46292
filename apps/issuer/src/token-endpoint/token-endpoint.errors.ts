import { DomainError, type ErrorCategory } from '@blastradius/kernel';

/** The error codes of RFC 6749 (5.2), RFC 8693 (2.2.2), RFC 8707 (2) and RFC 9449 (5) that we answer. */
export type OauthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'unauthorized_client'
  | 'unsupported_grant_type';

export interface RefusalDetails {
  /** For our own records: as much as had been proved of the parties. */
  readonly client?: string | undefined;
  readonly subject?: string | undefined;
  readonly actors?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** A request that gets no token. The caller reads `error`; why stands in `code`, the log and the ledger. */
export class TokenRequestRefused extends DomainError {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly error: OauthError;
  readonly details: RefusalDetails;

  constructor(error: OauthError, code: string, details: RefusalDetails = {}) {
    super(`refused: ${code}`, { cause: details.cause, context: { error, client: details.client } });
    this.error = error;
    this.code = code;
    this.category = error === 'invalid_client' ? 'unauthenticated' : 'invalid';
    this.details = details;
  }
}

/** A policy that could never grant what it says; the text names it. */
export class TokenPolicyInvalid extends DomainError {
  readonly code = 'token-policy.invalid';
  readonly category = 'invalid';

  constructor(policyId: string, reason: string) {
    super(`token policy ${policyId}: ${reason}`, { publicDetail: `token policy ${policyId}: ${reason}` });
  }
}
