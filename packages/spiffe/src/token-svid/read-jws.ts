import { isJsonObject, parseJson } from '../json/parse-json.ts';
import { fromBase64url } from '../jwk/base64url.ts';

type Members = Readonly<Record<string, unknown>>;

/** What a signed text says; nobody has verified it yet. */
export interface UnverifiedJws {
  readonly header: Members;
  readonly claims: Members;
}

/**
 * Reads header and claims of a JWS in compact serialization (RFC 7515, section 3.1); undefined where it is none
 * of JSON objects, is longer than `lengthMax`, or has extensions that must be understood (section 4.1.11).
 */
export function readJws(text: string, lengthMax: number): UnverifiedJws | undefined {
  if (text.length > lengthMax) return undefined;
  const [first = '', second = '', signature = '', ...more] = text.split('.');
  if (signature === '' || more.length > 0) return undefined;
  const [header, claims] = [membersOf(first), membersOf(second)];
  return header === undefined || claims === undefined || 'crit' in header ? undefined : { header, claims };
}

function membersOf(part: string): Members | undefined {
  const bytes = fromBase64url(part);
  if (bytes === undefined) return undefined;
  try {
    const members = parseJson(bytes);
    return isJsonObject(members) ? members : undefined;
  } catch {
    return undefined;
  }
}
