import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Presenter, presentJwtSvid } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { type BundleSource, createBundleSource, createJwtSource, type JwtSource } from '@blastradius/spiffe';
import { CommandUnsupported, IdentityMissing } from '../fleet.errors.ts';
import type { Arm } from './arm.ts';
import { registerAccount } from './register-account.ts';

const IDENTITIES_WITHIN_MS = 60_000;
const PAUSE_MS = 500;

export interface JwtSvidArmOptions {
  readonly networkUrl: string;
  /** Whom the tokens are for, and whom the agents take for the network. */
  readonly networkSpiffeId: string;
  readonly trustDomain: string;
  readonly workloadApi: string;
}

/** Agents that show the token which the Workload API gives them: whoever has it is believed until it ends. */
export class JwtSvidArm implements Arm {
  readonly #options: JwtSvidArmOptions;
  #sources: { readonly tokens: JwtSource; readonly bundles: BundleSource } | undefined;

  constructor(options: JwtSvidArmOptions) {
    this.#options = options;
  }

  /** Rejects after a minute, naming an agent that has no identity yet. */
  async ready(agents: readonly PlannedAgent[]): Promise<void> {
    if (agents.length === 0) return;
    const opening = { endpoint: this.#options.workloadApi, timeoutMs: IDENTITIES_WITHIN_MS };
    this.#sources = {
      bundles: await createBundleSource(opening),
      tokens: await createJwtSource(opening),
    };
    const deadlineMs = performance.now() + IDENTITIES_WITHIN_MS;
    for (const { name } of agents) await this.#untilHeld(name, deadlineMs);
  }

  async enrol(agent: PlannedAgent): Promise<Presenter> {
    const { networkSpiffeId, trustDomain, networkUrl } = this.#options;
    const authorities = () => this.#sources?.bundles.x509Bundles().get(trustDomain)?.authorities ?? [];
    const presenter = presentJwtSvid({
      token: () => this.#tokenOf(agent.name),
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

  async backUp(agent: string, file: string): Promise<void> {
    writeFileSync(file, `${await this.#tokenOf(agent)}\n`, { mode: 0o600 });
  }

  async close(): Promise<void> {
    this.#sources?.tokens.close();
    this.#sources?.bundles.close();
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

  async #tokenOf(agent: string): Promise<string> {
    const { networkSpiffeId: audience, trustDomain } = this.#options;
    const held = await this.#sources?.tokens.svid({
      audience,
      spiffeId: `spiffe://${trustDomain}/agent/${agent}`,
    });
    if (held === undefined) throw new IdentityMissing(`${agent} has no identity`);
    return held.token;
  }
}
