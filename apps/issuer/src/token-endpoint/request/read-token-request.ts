import { type TokenGrant, tokenAdministration } from '@blastradius/contracts';
import { TokenRequestRefused } from '../token-endpoint.errors.ts';
import { type Form, soleValue } from './read-form.ts';

/** The body of a token request, in its shape right, and nothing in it believed yet. */
export interface TokenRequest {
  readonly grant: TokenGrant;
  readonly client: ClaimedClient;
  /** `assertion` of RFC 7523. */
  readonly assertion: string | undefined;
  /** Of RFC 8693; undefined for the other grants. */
  readonly subject: TypedToken | undefined;
  readonly actor: TypedToken | undefined;
  /** Who the token is to be for: `resource` and `audience` together, at least one. */
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
}

export interface ClaimedClient {
  readonly clientId: string | undefined;
  readonly assertion: string | undefined;
}

export interface TypedToken {
  readonly token: string;
  readonly type: 'access_token' | 'jwt';
}

const grants: Readonly<Record<string, TokenGrant>> = {
  client_credentials: 'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'token-exchange',
};
const assertionTypes: readonly (string | undefined)[] = [
  'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe',
  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
];
const tokenTypes: Readonly<Record<string, TypedToken['type']>> = {
  'urn:ietf:params:oauth:token-type:access_token': 'access_token',
  'urn:ietf:params:oauth:token-type:jwt': 'jwt',
};
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const listMax = 16;

/** Throws `TokenRequestRefused`. */
export function readTokenRequest(form: Form): TokenRequest {
  const grantType = soleValue(form, 'grant_type');
  if (grantType === undefined) throw malformed('grant-type-missing');
  const grant = Object.hasOwn(grants, grantType) ? grants[grantType] : undefined;
  if (grant === undefined)
    throw new TokenRequestRefused('unsupported_grant_type', 'token-request.grant-type');
  const client = readClient(form);
  const assertion = grant === 'jwt-bearer' ? required(form, 'assertion') : undefined;
  const isExchange = grant === 'token-exchange';
  if (isExchange && (soleValue(form, 'requested_token_type') ?? accessTokenType) !== accessTokenType) {
    throw malformed('requested-token-type');
  }
  return {
    grant,
    client,
    assertion,
    subject: isExchange ? readTyped(form, 'subject_token') : undefined,
    actor: isExchange && hasActor(form) ? readTyped(form, 'actor_token') : undefined,
    audience: readAudience(form),
    scopes: readScopes(form),
  };
}

/** There are no shared secrets here, so that one that is sent is a mistake which must not look like a success. */
function readClient(form: Form): ClaimedClient {
  if (form.has('client_secret')) throw new TokenRequestRefused('invalid_client', 'client.secret');
  const assertion = soleValue(form, 'client_assertion');
  const type = soleValue(form, 'client_assertion_type');
  if ((assertion === undefined) !== (type === undefined)) throw malformed('client-assertion-incomplete');
  if (type !== undefined && !assertionTypes.includes(type)) {
    throw new TokenRequestRefused('invalid_client', 'client.assertion-type');
  }
  return { clientId: soleValue(form, 'client_id'), assertion };
}

function hasActor(form: Form): boolean {
  return form.has('actor_token') || form.has('actor_token_type');
}

function readTyped(form: Form, name: string): TypedToken {
  const token = required(form, name);
  const typeName = required(form, `${name}_type`);
  const type = Object.hasOwn(tokenTypes, typeName) ? tokenTypes[typeName] : undefined;
  if (type === undefined) throw malformed('token-type');
  return { token, type };
}

/** A `resource` is an absolute URI without a fragment (RFC 8707, section 2); an `audience` is any name. */
function readAudience(form: Form): string[] {
  const resources = form.get('resource') ?? [];
  if (resources.some((resource) => !URL.canParse(resource) || resource.includes('#'))) {
    throw new TokenRequestRefused('invalid_target', 'token-request.resource');
  }
  const audience = [...new Set([...resources, ...(form.get('audience') ?? [])])];
  // Whom a token is for is never ours to guess.
  if (audience.length === 0 || audience.length > listMax || audience.includes('')) {
    throw new TokenRequestRefused('invalid_target', 'token-request.audience');
  }
  return audience;
}

/** Where no scope is asked for, none is given. */
function readScopes(form: Form): string[] {
  const text = soleValue(form, 'scope');
  if (text === undefined) return [];
  const scopes = [...new Set(text.split(' '))];
  const isSound = scopes.every((scope) => tokenAdministration.scopeToken.safeParse(scope).success);
  if (!isSound || scopes.length > listMax) {
    throw new TokenRequestRefused('invalid_scope', 'token-request.scope');
  }
  return scopes;
}

function required(form: Form, name: string): string {
  const value = soleValue(form, name);
  if (value === undefined) throw malformed(`${name.replaceAll('_', '-')}-missing`);
  return value;
}

function malformed(reason: string): TokenRequestRefused {
  return new TokenRequestRefused('invalid_request', `token-request.${reason}`);
}
