import { writeFileSync } from 'node:fs';
import { type Presenter, presentX509Svid, type ServerTrust } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { certificatesToPem, type X509Source, type X509Svid, X509SvidNotHeld } from '@blastradius/spiffe';
import { IdentityMissing } from '../fleet.errors.ts';
import { IdentityArm, type IdentityArmOptions } from './identity-arm.ts';
import { untilAllHeld } from './until-all-held.ts';

/** Agents that prove the identity which the Workload API gives them in mutual TLS. */
export class X509SvidArm extends IdentityArm {
  readonly #openSource: () => Promise<X509Source>;
  #source: X509Source | undefined;

  constructor(options: IdentityArmOptions, openSource: () => Promise<X509Source>) {
    super(options);
    this.#openSource = openSource;
  }

  /** Rejects after a minute, naming an agent that has no identity yet. */
  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    // A host without agents is entitled to nothing, and the Workload API would tell it so.
    if (agents.length === 0) return;
    const source = await this.#openSource();
    this.#source = source;
    await untilAllHeld(agents, {
      isHeld: (name) => this.#find(name) !== undefined,
      onUpdate: (listener) => source.onUpdate(listener),
    });
  }

  backUp(agent: string, file: string): void {
    const { certificates, privateKey } = this.#svidOf(agent);
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(file, `${certificatesToPem(certificates)}${key}`, { mode: 0o600 });
  }

  /** The key is the TLS stack's. */
  shareable(agent: string): string {
    return certificatesToPem(this.#svidOf(agent).certificates.slice(0, 1));
  }

  async close(): Promise<void> {
    this.#source?.close();
  }

  protected present(agent: string, trust: ServerTrust): Presenter {
    return presentX509Svid({ svid: () => this.#svidOf(agent), trust });
  }

  protected authorities(): readonly Uint8Array[] {
    return this.#source?.bundles().get(this.options.trustDomain)?.authorities ?? [];
  }

  #find(agent: string): X509Svid | undefined {
    try {
      return this.#source?.svid(this.idOf(agent));
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
