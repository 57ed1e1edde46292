import {
  type AgentKeys,
  agentKeysIn,
  type Presenter,
  presentHeaders,
  presentScopedKeys,
  presentStaticKey,
  type ServerTrust,
} from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { CommandUnsupported, EnrolmentRefused } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { inMemoryOnly, type KeptKeys } from './credentials-file.ts';
import { registerAccount } from './register-account.ts';

/** Agents that were given a static API key at registration, or one for each scope, and keep it. */
export class StaticKeyArm implements Arm {
  readonly #networkUrl: string;
  readonly #kept: KeptKeys;
  readonly #keys: Map<string, AgentKeys>;
  #trust: ServerTrust;
  #anonymous: Presenter;

  constructor(networkUrl: string, certificatePem: string, kept: KeptKeys = inMemoryOnly) {
    this.#networkUrl = networkUrl;
    this.#kept = kept;
    this.#keys = new Map(kept.load());
    this.#trust = { kind: 'certificate', certificatePem };
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
  }

  async ready(): Promise<void> {}

  async enrol(agent: PlannedAgent): Promise<Presenter> {
    const held = this.#keys.get(agent.name);
    if (held !== undefined) return this.#present(held);
    const keys = agentKeysIn(
      await registerAccount({
        networkUrl: this.#networkUrl,
        presenter: this.#anonymous,
        agent,
        // The key was in the answer that got lost.
        isOursIfTaken: false,
      }),
    );
    if (keys === undefined) throw new EnrolmentRefused(`${agent.name} was registered without a key`);
    return this.presenterForKey(agent.name, keys);
  }

  presenterForKey(agent: string, keys: AgentKeys): Presenter {
    this.#keys.set(agent, keys);
    this.#kept.save(this.#keys);
    return this.#present(keys);
  }

  trust(certificatePem: string): (agent: string) => Presenter | undefined {
    this.#trust = { kind: 'certificate', certificatePem };
    void this.#anonymous.close();
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
    return (agent) => {
      const keys = this.#keys.get(agent);
      return keys && this.#present(keys);
    };
  }

  backUp(): never {
    throw new CommandUnsupported('an agent with a static key has no SVID to back up');
  }

  close(): Promise<void> {
    return this.#anonymous.close();
  }

  #present(keys: AgentKeys): Presenter {
    const trust = this.#trust;
    return keys.writeKey === undefined
      ? presentStaticKey({ apiKey: keys.apiKey, trust })
      : presentScopedKeys({ keys, trust });
  }
}
