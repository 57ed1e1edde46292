import { randomFillSync } from 'node:crypto';

const identifierBytes = 16;
/** Asking the system for each alone costs more than writing it into a certificate does. */
const pool = Buffer.alloc(identifierBytes * 256);
let used = pool.length;

/** 128 random bits that name something in public: a serial number, a `jti`. Never a secret, which must not lie in a pool. */
export function randomIdentifier(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const identifier = Buffer.from(pool.subarray(used, used + identifierBytes));
  used += identifierBytes;
  return identifier;
}
