import type { TokenPolicy } from '@blastradius/contracts';

export interface StoredTokenPolicies {
  readonly revision: number;
  readonly policies: readonly TokenPolicy[];
}

/** Where the operator's rules for access tokens are kept, as one set. */
export abstract class TokenPolicyStore {
  /** Grows with every replacement. */
  abstract revision(): Promise<number>;
  abstract load(): Promise<StoredTokenPolicies>;
  abstract replace(policies: readonly TokenPolicy[]): Promise<void>;
}
