import type { KeyScope } from '@blastradius/credentials';

/** What a route asks of its caller. Routes that say nothing ask for a registered agent. */
export type RouteAdmission = 'agent' | 'enrolment' | 'public';

/** Which of an agent's keys a route wants, where keys have scopes; `any` is for what says who one is. */
export type RouteScope = KeyScope | 'any';

export interface CurrentAgent {
  readonly id: string;
  readonly name: string;
}

/** What the caller has shown, as the audit names it. */
export interface ShownCredential {
  /** SHA-256 prefix of the key, or of the leaf certificate's DER. */
  readonly credentialId: string | null;
  /** Only of a verified certificate. */
  readonly spiffeId: string | null;
  /** Of a refused certificate too. */
  readonly certificateSerial: string | null;
}

export const nothingShown: ShownCredential = {
  credentialId: null,
  spiffeId: null,
  certificateSerial: null,
};

export type RefusalReason =
  | 'admission.missing-credential'
  | 'admission.malformed-key'
  | 'admission.unknown-key'
  | 'admission.insufficient-scope'
  | 'admission.untrusted-certificate'
  | 'admission.expired-svid'
  | 'admission.untrusted-token'
  | 'admission.expired-token'
  | 'admission.untrusted-proof'
  | 'admission.foreign-identity'
  | 'admission.no-agent-for-identity'
  | 'admission.revoked-svid'
  | 'admission.forbidden-by-policy'
  | 'rate-limit.requests';

export type Judgement =
  | {
      readonly decision: 'allowed';
      readonly reason: 'ok' | 'public';
      readonly agent: CurrentAgent | null;
      readonly shown: ShownCredential;
    }
  | {
      readonly decision: 'denied';
      readonly reason: RefusalReason;
      readonly agent: CurrentAgent | null;
      readonly shown: ShownCredential;
      /** The policies that forbade it; none of them where nothing permitted it. */
      readonly policies?: readonly string[];
    };

export const publicJudgement: Judgement = {
  decision: 'allowed',
  reason: 'public',
  agent: null,
  shown: nothingShown,
};

export function denied(reason: RefusalReason, shown: ShownCredential = nothingShown): Judgement {
  return { decision: 'denied', reason, agent: null, shown };
}
