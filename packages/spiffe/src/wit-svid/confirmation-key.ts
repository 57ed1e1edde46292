import type { JsonWebKey, KeyObject } from 'node:crypto';
import { isJsonObject } from '../json/parse-json.ts';
import { publicKeyFromJwk, suitsAlgorithm } from '../jwk/public-jwk.ts';
import { isSignatureAlgorithm, type SignatureAlgorithm } from '../token-svid/signature-algorithms.ts';
import { TokenConfirmationInvalid } from '../token-svid/token-svid.errors.ts';

/** The key of `cnf.jwk`: public, and of the algorithm that it names (WIT-SVID, section 3). */
export function readConfirmationKey(
  confirmation: unknown,
): JsonWebKey & { readonly alg: SignatureAlgorithm } {
  if (!isJsonObject(confirmation) || !isJsonObject(confirmation['jwk'])) {
    throw new TokenConfirmationInvalid('wit-svid', 'the token has no cnf.jwk');
  }
  const jwk = confirmation['jwk'];
  const { alg } = jwk;
  if (!isSignatureAlgorithm(alg)) {
    throw new TokenConfirmationInvalid(
      'wit-svid',
      'cnf.jwk names no algorithm of RS, ES and PS with 256, 384 or 512',
    );
  }
  const key = readKey(jwk);
  if (!suitsAlgorithm(key, alg)) {
    throw new TokenConfirmationInvalid('wit-svid', 'cnf.jwk is no key of the algorithm that it names');
  }
  const read = Object.freeze({ ...jwk, alg });
  imported.set(read, key);
  return read;
}

/** Reading a key takes half as long as verifying by it: it is done once for each token that was read. */
const imported = new WeakMap<JsonWebKey, KeyObject>();

/** The key itself, as whoever verifies proofs by it needs it. Throws TokenConfirmationInvalid. */
export function confirmationPublicKey(confirmationKey: JsonWebKey): KeyObject {
  const known = imported.get(confirmationKey);
  if (known !== undefined) return known;
  const key = readKey({ ...confirmationKey });
  imported.set(confirmationKey, key);
  return key;
}

function readKey(jwk: Readonly<Record<string, unknown>>) {
  try {
    return publicKeyFromJwk(jwk);
  } catch (cause) {
    throw new TokenConfirmationInvalid('wit-svid', 'cnf.jwk is no public key', { cause });
  }
}
