import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Presenter, presentJwtSvid, type ServerTrust } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { type BundleSource, createBundleSource, createJwtSource, type JwtSource } from '@blastradius/spiffe';
import { IdentityMissing } from '../fleet.errors.ts';
import { type DataApi, OwnRows } from '../life/own-rows.ts';
import { IdentityArm, type IdentityArmOptions } from './identity-arm.ts';

const IDENTITIES_WITHIN_MS = 60_000;
const PAUSE_MS = 500;

/** The hosted backend, and whom its tokens are made out to. */
interface KnownDataApi extends DataApi {
  readonly certificatePem: string;
  readonly audience: string;
}

/** Agents that show the token which the Workload API gives them: whoever has it is believed until it ends. */
export class JwtSvidArm extends IdentityArm {
  readonly #workloadApi: string;
  readonly #dataApi: KnownDataApi | undefined;
  #sources: { readonly tokens: JwtSource; readonly bundles: BundleSource } | undefined;

  constructor(options: IdentityArmOptions, workloadApi: string, dataApi?: KnownDataApi) {
    super(options);
    this.#dataApi = dataApi;
    this.#workloadApi = workloadApi;
  }

  /** Rejects after a minute, naming an agent that has no identity yet. */
  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    if (agents.length === 0) return;
    const opening = { endpoint: this.#workloadApi, timeoutMs: IDENTITIES_WITHIN_MS };
    const bundles = await createBundleSource(opening);
    this.#sources = { bundles, tokens: await createJwtSource(opening) };
    const deadlineMs = performance.now() + IDENTITIES_WITHIN_MS;
    for (const { name } of agents) await this.#untilHeld(name, deadlineMs);
  }

  async backUp(agent: string, file: string): Promise<void> {
    writeFileSync(file, `${await this.#tokenOf(agent)}\n`, { mode: 0o600 });
  }

  ownRows(agent: string): OwnRows | undefined {
    if (this.#dataApi === undefined) return undefined;
    const { audience, certificatePem } = this.#dataApi;
    const token = () => this.#tokenOf(agent, audience);
    const trust = { kind: 'certificate', certificatePem } as const;
    return new OwnRows(this.#dataApi, presentJwtSvid({ token, trust }));
  }

  async close(): Promise<void> {
    this.#sources?.tokens.close();
    this.#sources?.bundles.close();
  }

  protected present(agent: string, trust: ServerTrust): Presenter {
    return presentJwtSvid({ token: () => this.#tokenOf(agent), trust });
  }

  protected authorities(): readonly Uint8Array[] {
    return this.#sources?.bundles.x509Bundles().get(this.options.trustDomain)?.authorities ?? [];
  }

  async #untilHeld(agent: string, deadlineMs: number): Promise<void> {
    for (;;) {
      try {
        await this.#tokenOf(agent);
        return;
      } catch (cause) {
        if (performance.now() > deadlineMs) {
          throw new IdentityMissing(`the Workload API gave no identity to ${agent}`, { cause });
        }
        await pause(PAUSE_MS);
      }
    }
  }

  async #tokenOf(agent: string, audience = this.options.networkSpiffeId): Promise<string> {
    const held = await this.#sources?.tokens.svid({ audience, spiffeId: this.idOf(agent) });
    if (held === undefined) throw new IdentityMissing(`${agent} has no identity`);
    return held.token;
  }
}
