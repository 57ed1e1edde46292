import { writeFileSync } from 'node:fs';
import {
  apiKeyIn,
  type Presenter,
  presentHeaders,
  presentStaticKey,
  type ServerTrust,
} from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { CommandUnsupported, EnrolmentRefused } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { inMemoryOnly, type KeptKeys } from './credentials-file.ts';
import { registerAccount } from './register-account.ts';

export interface KeyArmOptions {
  readonly networkUrl: string;
  readonly certificatePem: string;
  readonly kept?: KeptKeys;
  readonly proxyOf?: (agent: string) => string | undefined;
}

/** Agents that were given a static API key at registration, and keep it. */
export class StaticKeyArm implements Arm {
  readonly #networkUrl: string;
  readonly #kept: KeptKeys;
  readonly #proxyOf: (agent: string) => string | undefined;
  readonly #keys: Map<string, string>;
  #trust: ServerTrust;
  #anonymous: Presenter;

  constructor({ networkUrl, certificatePem, kept = inMemoryOnly, proxyOf = () => undefined }: KeyArmOptions) {
    this.#networkUrl = networkUrl;
    this.#proxyOf = proxyOf;
    this.#kept = kept;
    this.#keys = new Map(kept.load());
    this.#trust = { kind: 'certificate', certificatePem };
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
  }

  async ready(): Promise<void> {}

  async enrol(agent: PlannedAgent): Promise<Presenter> {
    const held = this.#keys.get(agent.name);
    if (held !== undefined) return this.#show(agent.name, held);
    const apiKey = apiKeyIn(
      await registerAccount({
        networkUrl: this.#networkUrl,
        presenter: this.#anonymous,
        agent,
        // The key was in the answer that got lost.
        isOursIfTaken: false,
      }),
    );
    if (apiKey === undefined) throw new EnrolmentRefused(`${agent.name} was registered without a key`);
    return this.presenterForKey(agent.name, apiKey);
  }

  presenterForKey(agent: string, apiKey: string): Presenter {
    this.#keys.set(agent, apiKey);
    this.#kept.save(this.#keys);
    return this.#show(agent, apiKey);
  }

  trust(certificatePem: string): (agent: string) => Presenter | undefined {
    this.#trust = { kind: 'certificate', certificatePem };
    void this.#anonymous.close();
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
    return (agent) => {
      const apiKey = this.#keys.get(agent);
      return apiKey === undefined ? undefined : this.#show(agent, apiKey);
    };
  }

  /** As Moltbook's skill.md told agents to keep it. */
  backUp(agent: string, file: string): void {
    const kept = { api_key: this.shareable(agent), agent_name: agent };
    writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
  }

  shareable(agent: string): string {
    const apiKey = this.#keys.get(agent);
    if (apiKey === undefined) throw new CommandUnsupported(`${agent} has no key`);
    return apiKey;
  }

  #show(agent: string, apiKey: string): Presenter {
    return presentStaticKey({ apiKey, trust: { ...this.#trust, proxyUrl: this.#proxyOf(agent) } });
  }

  close(): Promise<void> {
    return this.#anonymous.close();
  }
}
