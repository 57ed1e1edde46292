import type { networkOperator } from '@blastradius/contracts';
import type { z } from 'zod';

type KeyRotation = z.infer<typeof networkOperator.keyRotation>;

/** Replaces every key once a period, also after a restart. */
export abstract class KeyRotations {
  abstract start(rotation: KeyRotation): Promise<void>;
}
