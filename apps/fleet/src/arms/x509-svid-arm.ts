import { writeFileSync } from 'node:fs';
import { type Presenter, presentX509Svid } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { certificatesToPem, type X509Source, type X509Svid, X509SvidNotHeld } from '@blastradius/spiffe';
import { CommandUnsupported, IdentityMissing } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { registerAccount } from './register-account.ts';
import { untilAllHeld } from './until-all-held.ts';

export interface X509SvidArmOptions {
  readonly networkUrl: string;
  readonly networkSpiffeId: string;
  readonly trustDomain: string;
  readonly openSource: () => Promise<X509Source>;
}

/** Agents that prove the identity which the Workload API gives them; nothing is kept but in memory. */
export class X509SvidArm implements Arm {
  readonly #options: X509SvidArmOptions;
  #source: X509Source | undefined;

  constructor(options: X509SvidArmOptions) {
    this.#options = options;
  }

  /** Rejects after a minute, naming an agent that has no identity yet. */
  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    // A host without agents is entitled to nothing, and the Workload API would tell it so.
    if (agents.length === 0) return;
    const source = await this.#options.openSource();
    this.#source = source;
    await untilAllHeld(agents, {
      isHeld: (name) => this.#find(name) !== undefined,
      onUpdate: (listener) => source.onUpdate(listener),
    });
  }

  async enrol(agent: PlannedAgent): Promise<Presenter> {
    const { networkSpiffeId, trustDomain, networkUrl } = this.#options;
    const authorities = () => this.#source?.bundles().get(trustDomain)?.authorities ?? [];
    const presenter = presentX509Svid({
      svid: () => this.#svidOf(agent.name),
      trust: { kind: 'spiffe', serverId: networkSpiffeId, authorities },
    });
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

  backUp(agent: string, file: string): void {
    const { certificates, privateKey } = this.#svidOf(agent);
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(file, `${certificatesToPem(certificates)}${key}`, { mode: 0o600 });
  }

  async close(): Promise<void> {
    this.#source?.close();
  }

  #find(agent: string): X509Svid | undefined {
    const id = `spiffe://${this.#options.trustDomain}/agent/${agent}`;
    try {
      return this.#source?.svid(id);
    } catch (error) {
      if (error instanceof X509SvidNotHeld) return undefined;
      throw error;
    }
  }

  #svidOf(agent: string): X509Svid {
    const svid = this.#find(agent);
    if (svid === undefined) throw new IdentityMissing(`${agent} has no identity`);
    return svid;
  }
}
