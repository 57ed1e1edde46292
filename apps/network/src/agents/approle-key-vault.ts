import { readAppRole, VaultClient, vaultPathOf } from '@blastradius/credentials';
import type { KeyVault } from './key-vault.ts';

/** Vault's KV v2, written to with the network's own AppRole. */
export class AppRoleKeyVault implements KeyVault {
  readonly #vault: VaultClient;

  constructor(url: string, appRoleFile: string) {
    this.#vault = new VaultClient(url, () => readAppRole(appRoleFile));
  }

  async put(agent: string, apiKey: string): Promise<void> {
    await this.#vault.write(vaultPathOf(agent), { api_key: apiKey });
  }
}
