/** The first that an authority signs, and then one in so many, is verified before it is released. */
export const signaturesForEachVerified = 64;

const signed = new WeakMap<object, number>();

/**
 * Whether this signature of an authority is to be verified again. What was signed is read back each time: a wrong
 * field under a good signature would give away what nobody granted. A wrong signature gives nothing to anyone, each
 * verifier refuses it; and verifying takes twice as long as signing, so that a share of them has to do.
 */
export function isSignatureDue(authority: object): boolean {
  const count = signed.get(authority) ?? 0;
  signed.set(authority, count + 1);
  return count % signaturesForEachVerified === 0;
}
