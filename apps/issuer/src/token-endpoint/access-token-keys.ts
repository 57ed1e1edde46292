import type { KeyObject } from 'node:crypto';
import type { AuthorityJwk } from '@blastradius/contracts';
import type { TokenAuthority } from '@blastradius/pki';
import type { Authorities } from '../authority/authorities.ts';
import type { TrustDomainState } from '../authority/trust-domain-state.ts';
import { tokenAuthoritiesOf } from '../bundle/token-authorities.ts';

/** The keys that sign access tokens, and nothing else. */
export class AccessTokenKeys {
  readonly #authorities: Authorities;
  /** Each exchange needs them, so that they are read once for each state. */
  #read: { readonly state: TrustDomainState; readonly keys: ReadonlyMap<string, KeyObject> } | undefined;

  constructor(authorities: Authorities) {
    this.#authorities = authorities;
  }

  signer(): Promise<TokenAuthority> {
    return this.#authorities.current('access-token');
  }

  /** All that may have signed a token that is alive, by `kid`. */
  async published(): Promise<ReadonlyMap<string, KeyObject>> {
    const state = await this.#authorities.state();
    if (this.#read?.state !== state) {
      this.#read = { state, keys: tokenAuthoritiesOf(state.keySets['access-token']) };
    }
    return this.#read.keys;
  }

  async jwks(): Promise<readonly AuthorityJwk[]> {
    // Where nobody has asked for a token yet, there is no key to publish ahead unless one is made.
    await this.signer();
    return (await this.#authorities.state()).accessTokenKeys;
  }
}
