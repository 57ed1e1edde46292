import { writeFileSync } from 'node:fs';
import { type Presenter, presentWitSvid } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import {
  type BundleSource,
  createBundleSource,
  createWitSource,
  type HeldWitSvid,
  type WitSource,
} from '@blastradius/spiffe';
import { CommandUnsupported, IdentityMissing } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { registerAccount } from './register-account.ts';
import { untilAllHeld } from './until-all-held.ts';

export interface WitSvidArmOptions {
  readonly networkUrl: string;
  readonly networkSpiffeId: string;
  readonly trustDomain: string;
  readonly workloadApi: string;
}

const OPEN_WITHIN_MS = 60_000;

/** Agents that show a token and prove with each request that they hold its key. */
export class WitSvidArm implements Arm {
  readonly #options: WitSvidArmOptions;
  #sources: { readonly svids: WitSource; readonly bundles: BundleSource } | undefined;

  constructor(options: WitSvidArmOptions) {
    this.#options = options;
  }

  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    if (agents.length === 0) return;
    const opening = { endpoint: this.#options.workloadApi, timeoutMs: OPEN_WITHIN_MS };
    const svids = await createWitSource(opening);
    this.#sources = { svids, bundles: await createBundleSource(opening) };
    await untilAllHeld(agents, {
      isHeld: (name) => this.#find(name) !== undefined,
      onUpdate: svids.onUpdate,
    });
  }

  async enrol(agent: PlannedAgent): Promise<Presenter> {
    const { networkSpiffeId, trustDomain, networkUrl } = this.#options;
    const authorities = () => this.#sources?.bundles.x509Bundles().get(trustDomain)?.authorities ?? [];
    const presenter = presentWitSvid({
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
    const { token, privateKey } = this.#svidOf(agent);
    const key = privateKey.export({ format: 'jwk' });
    writeFileSync(file, JSON.stringify({ witSvid: token, witSvidKey: key }), { mode: 0o600 });
  }

  async close(): Promise<void> {
    this.#sources?.svids.close();
    this.#sources?.bundles.close();
  }

  #find(agent: string): HeldWitSvid | undefined {
    return this.#sources?.svids.svid(`spiffe://${this.#options.trustDomain}/agent/${agent}`);
  }

  #svidOf(agent: string): HeldWitSvid {
    const svid = this.#find(agent);
    if (svid === undefined) throw new IdentityMissing(`${agent} has no identity`);
    return svid;
  }
}
