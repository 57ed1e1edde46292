/** Where the bundles of other trust domains are kept, as SPIFFE bundle documents; they are read with the authorities. */
export abstract class FederatedBundleStore {
  abstract find(trustDomain: string): Promise<string | undefined>;
  /** Whether it is another one than before. */
  abstract put(trustDomain: string, document: string): Promise<boolean>;
  /** Whether there was one. */
  abstract remove(trustDomain: string): Promise<boolean>;
}
