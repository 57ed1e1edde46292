import type { IssuancePolicy } from '@blastradius/contracts';

/** Where the operator's policies are kept, as one set. */
export abstract class PolicyStore {
  /** Grows with every replacement. */
  abstract revision(): Promise<number>;
  abstract load(): Promise<{ revision: number; policies: readonly IssuancePolicy[] }>;
  abstract replace(policies: readonly IssuancePolicy[]): Promise<void>;
}
