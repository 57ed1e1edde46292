import type { TokenGrant } from '@blastradius/contracts';
import type { AccessToken, Confirmation, ProvedSender } from '@blastradius/spiffe';

/** What is asked for, and by whom: everything in it has been verified, nothing of it is allowed yet. */
export interface TokenWish {
  readonly grant: TokenGrant;
  /** Who asks, and will hold the token: a SPIFFE ID, as all parties. */
  readonly client: string;
  readonly subject: string;
  /** The access token whose authority is to be passed on; null where the subject is an SVID. */
  readonly subjectToken: AccessToken | null;
  /** Who is to act for the subject from now on; null where nobody new is. */
  readonly actor: string | null;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly sender: ProvedSender;
  readonly confirmation: Confirmation | null;
  /** The ends of all that was shown: the token may not outlive any of them. */
  readonly ends: readonly Date[];
  readonly now: Date;
}

/** Who acts for the subject in the token that is asked for: nobody who acted before is ever left out. */
export function actorsOf({ actor, subjectToken }: TokenWish): readonly string[] {
  const earlier = subjectToken?.actors ?? [];
  return actor === null ? earlier : [actor, ...earlier];
}

/** Who it is that the subject token speaks of as acting now: its last actor, or the subject itself. */
export function speakerOf({ subject, subjectToken }: TokenWish): string {
  return subjectToken?.actors[0] ?? subject;
}
