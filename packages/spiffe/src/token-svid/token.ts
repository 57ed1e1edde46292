import { isJsonObject, parseJson } from '../json/parse-json.ts';
import { fromBase64url } from '../jwk/base64url.ts';
import { isSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithms.ts';
import {
  TokenAlgorithmUnsupported,
  TokenHeaderUnsupported,
  TokenMalformed,
  type TokenProfile,
} from './token-svid.errors.ts';

/** A token whose signature nobody has verified yet. */
export interface UnverifiedToken {
  readonly profile: TokenProfile;
  /** As it was given: JWS compact serialization. */
  readonly text: string;
  readonly header: TokenHeader;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface TokenHeader {
  readonly alg: SignatureAlgorithm;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
}

/** Room for dozens of audiences of the greatest length; a stranger must not make us parse without end. */
const tokenLengthMax = 256 * 1024;
const headerParameters: ReadonlySet<string> = new Set(['alg', 'kid', 'typ']);

/** Reads header and claims of a JWS in compact serialization (RFC 7515, section 3.1). Throws TokenSvidRefused. */
export function readToken(profile: TokenProfile, text: string): UnverifiedToken {
  if (text.length > tokenLengthMax) throw new TokenMalformed(profile, 'the token is too long');
  const [header, claims, signature, ...more] = text.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) {
    throw new TokenMalformed(profile, 'a token has three parts: header, claims and signature');
  }
  if (fromBase64url(signature) === undefined)
    throw new TokenMalformed(profile, 'the signature is no base64url');
  const members = readPart(profile, header);
  return { profile, text, header: readHeader(profile, members), claims: readPart(profile, claims) };
}

function readHeader(profile: TokenProfile, members: Readonly<Record<string, unknown>>): TokenHeader {
  const unsupported = Object.keys(members).find((name) => !headerParameters.has(name));
  if (unsupported !== undefined) {
    throw new TokenHeaderUnsupported(profile, 'the header holds more than alg, kid and typ', {
      context: { parameter: unsupported.slice(0, 64) },
    });
  }
  const { alg } = members;
  if (!isSignatureAlgorithm(alg)) {
    throw new TokenAlgorithmUnsupported(
      profile,
      'the algorithm is none of RS, ES and PS with 256, 384 or 512',
    );
  }
  return { alg, kid: optionalText(profile, members, 'kid'), typ: optionalText(profile, members, 'typ') };
}

/** A member that is a string where it occurs. */
export function optionalText(
  profile: TokenProfile,
  members: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = members[name];
  if (value !== undefined && typeof value !== 'string')
    throw new TokenMalformed(profile, `${name} is no string`);
  return value;
}

/** One token has one spelling. */
function readPart(profile: TokenProfile, part: string): Readonly<Record<string, unknown>> {
  const bytes = fromBase64url(part);
  if (bytes === undefined) throw new TokenMalformed(profile, 'a part is no base64url');
  const members = parseMembers(profile, bytes);
  if (!isJsonObject(members)) throw new TokenMalformed(profile, 'header and claims are JSON objects');
  return members;
}

function parseMembers(profile: TokenProfile, bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (cause) {
    throw new TokenMalformed(profile, 'header or claims can not be read', { cause });
  }
}
