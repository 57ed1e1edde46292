import { isJsonObject, parseJson } from '../json/parse-json.ts';
import { BundleKeyInvalid, BundleKeysMissing, BundleMalformed } from './bundle.errors.ts';

export type JsonMembers = Readonly<Record<string, unknown>>;

/** Key types that we know; a JWK of another one is left out (SPIFFE Trust Domain and Bundle, 4.2.1). */
const keyTypes: ReadonlySet<unknown> = new Set(['EC', 'RSA', 'OKP']);

/** The members of a JWK Set (RFC 7517, section 5), as text or as what a bundle map holds. */
export function readDocument(document: string | Uint8Array): JsonMembers {
  const members = parseOrRefuse(document);
  if (!isJsonObject(members)) throw new BundleMalformed('a bundle is a JSON object');
  return members;
}

/** The JWKs that we know the type of. */
export function readJwks({ keys }: JsonMembers): JsonMembers[] {
  if (!Array.isArray(keys)) throw new BundleKeysMissing('the bundle has no list of keys');
  return keys.filter((jwk) => {
    if (!isJsonObject(jwk) || typeof jwk['kty'] !== 'string') {
      throw new BundleKeyInvalid('an element of keys is no JWK');
    }
    return keyTypes.has(jwk['kty']);
  });
}

function parseOrRefuse(document: string | Uint8Array): unknown {
  try {
    return parseJson(document);
  } catch (cause) {
    throw new BundleMalformed('the bundle can not be read', { cause });
  }
}
