import { writeFileSync } from 'node:fs';
import { type Presenter, presentWitSvid, type ServerTrust } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import {
  type BundleSource,
  createBundleSource,
  createWitSource,
  type HeldWitSvid,
  type WitSource,
} from '@blastradius/spiffe';
import { IdentityMissing } from '../fleet.errors.ts';
import { IdentityArm, type IdentityArmOptions } from './identity-arm.ts';
import { untilAllHeld } from './until-all-held.ts';

const OPEN_WITHIN_MS = 60_000;

/** Agents that show a token and prove with each request that they hold its key. */
export class WitSvidArm extends IdentityArm {
  readonly #workloadApi: string;
  #sources: { readonly svids: WitSource; readonly bundles: BundleSource } | undefined;

  constructor(options: IdentityArmOptions, workloadApi: string) {
    super(options);
    this.#workloadApi = workloadApi;
  }

  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    if (agents.length === 0) return;
    const opening = { endpoint: this.#workloadApi, timeoutMs: OPEN_WITHIN_MS };
    const svids = await createWitSource(opening);
    this.#sources = { svids, bundles: await createBundleSource(opening) };
    await untilAllHeld(agents, {
      isHeld: (name) => this.#find(name) !== undefined,
      onUpdate: svids.onUpdate,
    });
  }

  backUp(agent: string, file: string): void {
    const { token, privateKey } = this.#svidOf(agent);
    const key = privateKey.export({ format: 'jwk' });
    writeFileSync(file, JSON.stringify({ witSvid: token, witSvidKey: key }), { mode: 0o600 });
  }

  /** Proofs are made below the agent, with a key that it never sees. */
  shareable(agent: string): string {
    return this.#svidOf(agent).token;
  }

  async close(): Promise<void> {
    this.#sources?.svids.close();
    this.#sources?.bundles.close();
  }

  protected present(agent: string, trust: ServerTrust): Presenter {
    return presentWitSvid({ svid: () => this.#svidOf(agent), trust });
  }

  protected authorities(): readonly Uint8Array[] {
    return this.#sources?.bundles.x509Bundles().get(this.options.trustDomain)?.authorities ?? [];
  }

  #find(agent: string): HeldWitSvid | undefined {
    return this.#sources?.svids.svid(this.idOf(agent));
  }

  #svidOf(agent: string): HeldWitSvid {
    const svid = this.#find(agent);
    if (svid === undefined) throw new IdentityMissing(`${agent} has no identity`);
    return svid;
  }
}
