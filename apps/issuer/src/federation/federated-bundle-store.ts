/** Where the bundles of other trust domains are kept, as SPIFFE bundle documents; they are read with the authorities. */
export abstract class FederatedBundleStore {
  abstract put(trustDomain: string, document: string): Promise<void>;
  /** Whether there was one. */
  abstract remove(trustDomain: string): Promise<boolean>;
}
