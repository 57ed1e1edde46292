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

/** Agents that were given a static API key at registration, and keep it. */
export class StaticKeyArm implements Arm {
  readonly #networkUrl: string;
  readonly #kept: KeptKeys;
  readonly #keys: Map<string, string>;
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
    if (held !== undefined) return presentStaticKey({ apiKey: held, trust: this.#trust });
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
    return presentStaticKey({ apiKey, trust: this.#trust });
  }

  trust(certificatePem: string): (agent: string) => Presenter | undefined {
    this.#trust = { kind: 'certificate', certificatePem };
    void this.#anonymous.close();
    this.#anonymous = presentHeaders({ headers: {}, trust: this.#trust });
    return (agent) => {
      const apiKey = this.#keys.get(agent);
      return apiKey === undefined ? undefined : presentStaticKey({ apiKey, trust: this.#trust });
    };
  }

  backUp(): never {
    throw new CommandUnsupported('an agent with a static key has no SVID to back up');
  }

  close(): Promise<void> {
    return this.#anonymous.close();
  }
}
