import type { Clock } from '@blastradius/kernel';
import { type AccessToken, type JwtSvid, verifyIssuedToken } from '@blastradius/spiffe';
import type { AccessTokenKeys } from '../access-token-keys.ts';
import type { AuthenticatedClient } from '../client/authenticate-client.ts';
import { refusing, type VerifiedSvids } from '../client/verified-svids.ts';
import { type OauthError, TokenRequestRefused } from '../token-endpoint.errors.ts';
import type { TokenRequest } from './read-token-request.ts';

export interface ShownSvid {
  readonly svid: JwtSvid;
  /** What is answered where it won't do. */
  readonly error: OauthError;
}

/** The parties of a token request, as far as signatures say who they are. */
export interface Parties {
  readonly client: string;
  readonly subject: string;
  readonly subjectToken: AccessToken | null;
  readonly actor: string | null;
  /** Each may be used once. */
  readonly shown: readonly ShownSvid[];
  readonly ends: readonly Date[];
}

export interface SubjectReaderParts {
  readonly svids: VerifiedSvids;
  readonly keys: Pick<AccessTokenKeys, 'published'>;
  readonly clock: Clock;
  readonly issuer: string;
}

/** Reads in whose name a token is asked for, and who is to act. Throws `TokenRequestRefused`. */
export function readParties(
  request: TokenRequest,
  client: AuthenticatedClient | null,
  parts: SubjectReaderParts,
): Promise<Parties> {
  if (request.assertion !== undefined) return partiesOfAssertion(request.assertion, client, parts);
  // Only an assertion says by itself who asks.
  if (client === null) throw new TokenRequestRefused('invalid_client', 'client.none');
  const { subject, actor } = request;
  if (subject !== undefined) return partiesOfExchange({ subject, actor }, client, parts);
  return Promise.resolve(onlyParty(client));
}

/** The certificate's end is the token's at the latest, since the token is bound to it. */
function onlyParty({ spiffeId, assertion, expiresAt }: AuthenticatedClient): Parties {
  const parties = { client: spiffeId, subject: spiffeId, subjectToken: null, actor: null };
  return assertion === undefined
    ? { ...parties, shown: [], ends: [expiresAt] }
    : { ...parties, shown: [{ svid: assertion, error: 'invalid_client' }], ends: [] };
}

/** A client that does not authenticate is whom its assertion names (RFC 7523, section 3.1). */
async function partiesOfAssertion(
  token: string,
  client: AuthenticatedClient | null,
  { svids }: SubjectReaderParts,
): Promise<Parties> {
  const svid = await svids.jwtSvid(token, 'invalid_grant');
  const subject = svid.spiffeId.toString();
  const own = client === null ? undefined : onlyParty(client);
  return {
    client: own?.client ?? subject,
    subject,
    subjectToken: null,
    actor: null,
    shown: [...(own?.shown ?? []), { svid, error: 'invalid_grant' }],
    ends: [svid.expiresAt, ...(own?.ends ?? [])],
  };
}

async function partiesOfExchange(
  { subject, actor }: { subject: NonNullable<TokenRequest['subject']>; actor: TokenRequest['actor'] },
  client: AuthenticatedClient,
  { svids, keys, clock, issuer }: SubjectReaderParts,
): Promise<Parties> {
  const own = onlyParty(client);
  const acting = await readActor(actor, svids);
  const common = {
    client: own.client,
    actor: acting[0]?.svid.spiffeId.toString() ?? null,
    shown: [...own.shown, ...acting],
    ends: [...own.ends, ...acting.map(({ svid }) => svid.expiresAt)],
  };
  if (subject.type === 'jwt') {
    const svid = await svids.jwtSvid(subject.token, 'invalid_request');
    return {
      ...common,
      subject: svid.spiffeId.toString(),
      subjectToken: null,
      shown: [...common.shown, { svid, error: 'invalid_request' }],
      ends: [...common.ends, svid.expiresAt],
    };
  }
  const published = await keys.published();
  const subjectToken = await refusing('invalid_request', () =>
    verifyIssuedToken(subject.token, { issuer, keys: published, now: clock.now() }),
  );
  const ends = [...common.ends, subjectToken.expiresAt];
  return { ...common, subject: subjectToken.subject, subjectToken, ends };
}

/** An actor shows who it is by a JWT-SVID; an access token says what somebody may do, and not who has it. */
async function readActor(actor: TokenRequest['actor'], svids: VerifiedSvids): Promise<ShownSvid[]> {
  if (actor === undefined) return [];
  const error = 'invalid_request';
  if (actor.type !== 'jwt') throw new TokenRequestRefused(error, 'token-request.actor-token-type');
  return [{ svid: await svids.jwtSvid(actor.token, error), error }];
}
