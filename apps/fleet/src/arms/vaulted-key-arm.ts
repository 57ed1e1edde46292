import { writeFileSync } from 'node:fs';
import {
  type Presenter,
  presentHeaders,
  presentVaultedKey,
  readAppRole,
  type ServerTrust,
  VaultClient,
  vaultPathOf,
} from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { CommandUnsupported, EnrolmentRefused } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { registerAccount } from './register-account.ts';

export interface VaultedKeyArmOptions {
  readonly networkUrl: string;
  readonly certificatePem: string;
  readonly vaultUrl: string;
  /** Secret zero of this host. */
  readonly appRoleFile: string;
  readonly pollMs: number;
  readonly proxyOf: (agent: string) => string | undefined;
}

interface FetchedKey {
  readonly apiKey: string;
  readonly version: number;
}

/** Agents that fetch their key from a vault, keep it in memory alone, and look for a newer one now and then. */
export class VaultedKeyArm implements Arm {
  readonly #networkUrl: string;
  readonly #vault: VaultClient;
  readonly #bootstrap: Pick<VaultedKeyArmOptions, 'vaultUrl' | 'appRoleFile'>;
  readonly #pollMs: number;
  readonly #proxyOf: (agent: string) => string | undefined;
  readonly #keys = new Map<string, FetchedKey>();
  readonly #unproven = new Set<string>();
  #trust: ServerTrust;
  #anonymous: Presenter;
  #polling: NodeJS.Timeout | undefined;
  #isPolling = false;
  #onRenewed: (agent: string) => Promise<boolean> = async () => true;

  constructor(options: VaultedKeyArmOptions) {
    const { networkUrl, certificatePem, vaultUrl, appRoleFile, pollMs, proxyOf } = options;
    this.#networkUrl = networkUrl;
    this.#vault = new VaultClient(vaultUrl, () => readAppRole(appRoleFile));
    this.#bootstrap = { vaultUrl, appRoleFile };
    this.#pollMs = pollMs;
    this.#proxyOf = proxyOf;
    this.#trust = { kind: 'certificate', certificatePem };
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
  }

  async ready(): Promise<void> {
    this.#polling ??= setInterval(() => this.#pollOnce(), this.#pollMs);
  }

  /** The network puts the key into the vault before it answers; what it answers is not looked at. */
  async enrol(agent: PlannedAgent): Promise<Presenter> {
    await registerAccount({
      networkUrl: this.#networkUrl,
      presenter: this.#anonymous,
      agent,
      isOursIfTaken: false,
    });
    await this.#fetch(agent.name);
    return this.#present(agent.name);
  }

  presenterForKey(): never {
    throw new CommandUnsupported('an agent with a vault fetches its key: nobody configures it');
  }

  async renewAfterRefusal(agent: string): Promise<boolean> {
    return this.#fetch(agent).catch(() => false);
  }

  onRenewed(listener: (agent: string) => Promise<boolean>): void {
    this.#onRenewed = listener;
  }

  trust(certificatePem: string): (agent: string) => Presenter | undefined {
    this.#trust = { kind: 'certificate', certificatePem };
    void this.#anonymous.close();
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
    return (agent) => (this.#keys.has(agent) ? this.#present(agent) : undefined);
  }

  /** The key is in memory alone; on the disk is what it is fetched with. */
  backUp(_agent: string, file: string): void {
    const { vaultUrl, appRoleFile } = this.#bootstrap;
    const kept = { vault_addr: vaultUrl, ...readAppRole(appRoleFile) };
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  }

  /** What was fetched is in its hands like any other key. */
  shareable(agent: string): string {
    const held = this.#keys.get(agent);
    if (held === undefined) throw new CommandUnsupported(`${agent} has no key`);
    return held.apiKey;
  }

  close(): Promise<void> {
    clearInterval(this.#polling);
    return this.#anonymous.close();
  }

  #present(agent: string): Presenter {
    const trust = { ...this.#trust, proxyUrl: this.#proxyOf(agent) };
    return presentVaultedKey({ apiKey: () => this.#keys.get(agent)?.apiKey ?? '', trust });
  }

  /** One round at a time, however slow the vault is. */
  #pollOnce(): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    void this.#poll().finally(() => {
      this.#isPolling = false;
    });
  }

  /** A vault that is away, or refuses, leaves each agent the key that it has. */
  async #poll(): Promise<void> {
    for (const agent of this.#keys.keys()) {
      if (await this.#fetch(agent).catch(() => false)) this.#unproven.add(agent);
      // The vault has a key a moment before the network takes it: one that is refused is tried again.
      if (this.#unproven.has(agent) && (await this.#onRenewed(agent))) this.#unproven.delete(agent);
    }
  }

  /** Whether there was a newer version. */
  async #fetch(agent: string): Promise<boolean> {
    const secret = await this.#vault.read(vaultPathOf(agent));
    const apiKey = secret?.fields['api_key'];
    if (secret === undefined || apiKey === undefined) {
      throw new EnrolmentRefused(`the vault holds no key of ${agent} at ${vaultPathOf(agent)}`);
    }
    const isNewer = secret.version > (this.#keys.get(agent)?.version ?? 0);
    if (isNewer) this.#keys.set(agent, { apiKey, version: secret.version });
    return isNewer;
  }
}
