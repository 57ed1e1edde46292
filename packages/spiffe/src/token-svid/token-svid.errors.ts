import { DomainError, type DomainErrorOptions } from '@blastradius/kernel';

/** Which kind of token was refused; the first part of the error's code. */
export type TokenProfile = 'jwt-svid' | 'wit-svid' | 'access-token';

/** Any reason why a token is no acceptable JWT-SVID, WIT-SVID or access token. The caller never learns which. */
export abstract class TokenSvidRefused extends DomainError {
  readonly category = 'unauthenticated';
  readonly profile: TokenProfile;

  constructor(profile: TokenProfile, message: string, options: DomainErrorOptions = {}) {
    super(message, options);
    this.profile = profile;
  }
}

/** No JWS in compact serialization, or a header or claims set that can not be read. */
export class TokenMalformed extends TokenSvidRefused {
  readonly code = `${this.profile}.malformed` as const;
}

/** A header parameter beside `alg`, `kid` and `typ` (JWT-SVID, section 2). */
export class TokenHeaderUnsupported extends TokenSvidRefused {
  readonly code = `${this.profile}.header-parameter` as const;
}

export class TokenTypeUnsupported extends TokenSvidRefused {
  readonly code = `${this.profile}.type` as const;
}

export class TokenAlgorithmUnsupported extends TokenSvidRefused {
  readonly code = `${this.profile}.algorithm` as const;
}

/** A WIT-SVID names its key (WIT-SVID, section 2); a JWT-SVID need not. */
export class TokenKeyIdMissing extends TokenSvidRefused {
  readonly code = `${this.profile}.key-id-missing` as const;
}

export class TokenSubjectMissing extends TokenSvidRefused {
  readonly code = `${this.profile}.subject-missing` as const;
}

export class TokenSpiffeIdInvalid extends TokenSvidRefused {
  readonly code = `${this.profile}.spiffe-id-invalid` as const;
}

export class TokenExpiryMissing extends TokenSvidRefused {
  readonly code = `${this.profile}.expiry-missing` as const;
}

export class TokenExpired extends TokenSvidRefused {
  readonly code = `${this.profile}.expired` as const;
}

export class TokenNotYetValid extends TokenSvidRefused {
  readonly code = `${this.profile}.not-yet-valid` as const;
}

export class TokenIssuedInFuture extends TokenSvidRefused {
  readonly code = `${this.profile}.issued-in-future` as const;
}

export class TokenAudienceMissing extends TokenSvidRefused {
  readonly code = `${this.profile}.audience-missing` as const;
}

export class TokenAudienceMismatch extends TokenSvidRefused {
  readonly code = `${this.profile}.audience-mismatch` as const;
}

/** A WIT-SVID is for no audience (WIT-SVID, section 3). */
export class TokenAudiencePresent extends TokenSvidRefused {
  readonly code = `${this.profile}.audience-present` as const;
}

/** A `cnf` claim that binds the token to no public key (WIT-SVID, section 3). */
export class TokenConfirmationInvalid extends TokenSvidRefused {
  readonly code = `${this.profile}.confirmation` as const;
}

export class TokenTrustDomainUnknown extends TokenSvidRefused {
  readonly code = `${this.profile}.trust-domain-unknown` as const;
}

export class TokenAuthorityUnknown extends TokenSvidRefused {
  readonly code = `${this.profile}.authority-unknown` as const;
}

export class TokenSignatureInvalid extends TokenSvidRefused {
  readonly code = `${this.profile}.signature` as const;
}

/** An access token of another authorization server (RFC 9068, section 4). */
export class TokenIssuerMismatch extends TokenSvidRefused {
  readonly code = `${this.profile}.issuer` as const;
}

/** A claim of an access token that is missing or of another type (RFC 9068, section 2.2). */
export class TokenClaimInvalid extends TokenSvidRefused {
  readonly code = `${this.profile}.claim` as const;
}

/** Whoever presents a bound token has not proved the key that it is bound to (RFC 8705, 3; RFC 9449, 7). */
export class TokenSenderUnproved extends TokenSvidRefused {
  readonly code = `${this.profile}.sender` as const;
}
