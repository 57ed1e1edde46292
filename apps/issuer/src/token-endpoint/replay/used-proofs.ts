/** What may be shown once: an assertion, a JWT-SVID as subject or actor, a DPoP proof. */
export interface OneUse {
  /** A hash of what makes it this one and no other. */
  readonly id: Uint8Array;
  /** From then on it is refused for its age. */
  readonly expiresAt: Date;
}

/** What was shown before, to whichever issuer. */
export abstract class UsedProofs {
  /** Takes all of them, and answers those that were taken before. Of two that ask at once one alone gets it. */
  abstract take(proofs: readonly OneUse[]): Promise<readonly OneUse[]>;
  /** Forgets those that ended before `endedBefore`, many at once but not all; answers how many. */
  abstract forget(endedBefore: Date): Promise<number>;
}
