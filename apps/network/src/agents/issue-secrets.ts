import { randomBytes, randomInt } from 'node:crypto';

/** 192 random bits, in the form that Moltbook issued. Fake by construction: minted by this run. */
export function createStaticKey(): string {
  return `moltbook_sk_${randomBytes(24).toString('base64url')}`;
}

export function createClaimToken(): string {
  return `moltbook_claim_${randomBytes(24).toString('base64url')}`;
}

const words = ['reef', 'kelp', 'claw', 'tide', 'wave', 'shell', 'coral', 'pearl', 'brine', 'foam'] as const;
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** `reef-X4B2`: what the owner shows to prove that the agent is theirs. */
export function createVerificationCode(): string {
  const code = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${words[randomInt(words.length)]}-${code}`;
}
