import type { Presenter, ServerTrust } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { CommandUnsupported } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { registerAccount } from './register-account.ts';

export interface IdentityArmOptions {
  readonly networkUrl: string;
  /** Whom the agents take for the network. */
  readonly networkSpiffeId: string;
  readonly trustDomain: string;
  readonly proxyOf: (agent: string) => string | undefined;
}

/** What the arms with identities share: nothing is kept but in memory, and no key is handed out. */
export abstract class IdentityArm implements Arm {
  protected readonly options: IdentityArmOptions;

  constructor(options: IdentityArmOptions) {
    this.options = options;
  }

  abstract ready(agents: readonly PlannedAgent[]): Promise<void>;
  abstract backUp(agent: string, file: string): void | Promise<void>;
  abstract shareable(agent: string): string | Promise<string>;
  abstract close(): Promise<void>;
  /** How the agent shows its identity to a network that it trusts so. */
  protected abstract present(agent: string, trust: ServerTrust): Presenter;
  /** Of the trust domain's bundle as it is now. */
  protected abstract authorities(): readonly Uint8Array[];

  async enrol(agent: PlannedAgent): Promise<Presenter> {
    const { networkSpiffeId: serverId, networkUrl, proxyOf } = this.options;
    const proxyUrl = proxyOf(agent.name);
    const authorities = () => this.authorities();
    const presenter = this.present(agent.name, { kind: 'spiffe', serverId, authorities, proxyUrl });
    await registerAccount({ networkUrl, presenter, agent, isOursIfTaken: true });
    return presenter;
  }

  presenterForKey(): never {
    throw new CommandUnsupported('an agent with an attested identity has no key to configure');
  }

  /** The network is known by its SPIFFE ID; a new certificate of it changes nothing. */
  trust(): () => undefined {
    return () => undefined;
  }

  protected idOf(agent: string): string {
    return `spiffe://${this.options.trustDomain}/agent/${agent}`;
  }
}
