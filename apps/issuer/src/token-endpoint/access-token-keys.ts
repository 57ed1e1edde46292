import type { KeyObject } from 'node:crypto';
import type { TokenAuthority } from '@blastradius/pki';

/** The keys that sign access tokens, and nothing else. */
export abstract class AccessTokenKeys {
  abstract signer(): Promise<TokenAuthority>;
  /** All that may have signed a token that is alive, by `kid`. */
  abstract published(): Promise<ReadonlyMap<string, KeyObject>>;
}
