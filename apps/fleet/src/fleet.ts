import type { ProcessCommand, ProcessEvent } from '@blastradius/contracts';
import type { AgentKeys } from '@blastradius/credentials';
import type { IncidentClock } from '@blastradius/kernel';
import type { PlannedAction, PlannedAgent, PlannedSubmolt } from '@blastradius/scenario';
import type { Arm } from './arms/arm.ts';
import { CommandUnsupported } from './fleet.errors.ts';
import { followPlan } from './life/follow-plan.ts';
import type { HonestRequests } from './life/honest-requests.ts';
import { type Gullibility, HostedAgent } from './life/hosted-agent.ts';

const ENROLLING_AT_ONCE = 16;
const PROGRESS_MS = 500;

export interface FleetOptions {
  readonly agents: readonly PlannedAgent[];
  readonly plan: readonly PlannedAction[];
  /** The communities that agents of this process found when they have enrolled. */
  readonly foundings: readonly { readonly founder: string; readonly submolt: PlannedSubmolt }[];
  readonly endMinute: number;
  readonly networkUrl: string;
  readonly arm: Arm;
  readonly requests: HonestRequests;
  /** Of those agents that do what a text tells them to. */
  readonly gullible: ReadonlyMap<string, Gullibility>;
  readonly emit: (event: ProcessEvent) => void;
}

/** The agents that one process hosts, and what its starter may ask of them. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #agents: ReadonlyMap<string, HostedAgent>;
  readonly #stopped = new AbortController();
  #hasEnrolled = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#agents = new Map(
      options.agents.map(({ name }) => [
        name,
        new HostedAgent(name, options.networkUrl, options.requests, {
          gullible: options.gullible.get(name),
          renewAfterRefusal: () => options.arm.renewAfterRefusal?.(name) ?? Promise.resolve(false),
        }),
      ]),
    );
  }

  /** All of its agents have their accounts. */
  get hasEnrolled(): boolean {
    return this.#hasEnrolled;
  }

  async obey(command: ProcessCommand): Promise<void> {
    switch (command.command) {
      case 'enrol':
        return this.#enrol();
      case 'live':
        return this.#live(command.clock);
      case 'configure':
        return this.#configure(command.agent, { apiKey: command.apiKey, writeKey: command.writeKey });
      case 'trust':
        return this.#trust(command.certificatePem);
      case 'back-up-svid':
        return this.#options.arm.backUp(command.agent, command.file);
      case 'post':
        return this.#agent(command.agent).post(command.title, command.content);
      case 'share-credential':
        return this.#agent(command.agent).writeTo(
          command.to,
          await this.#options.arm.shareable(command.agent),
        );
      case 'retire':
        return this.#agent(command.agent).retire();
      case 'stop':
        return this.stop();
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled([...this.#agents.values()].map((agent) => agent.close()));
    await this.#options.arm.close();
  }

  async #enrol(): Promise<void> {
    const { agents, arm, emit, foundings } = this.#options;
    arm.onRenewed?.((name) => this.#checkRenewed(name));
    await arm.ready(agents);
    const waiting = [...agents];
    const enrolNext = async () => {
      for (let agent = waiting.shift(); agent; agent = waiting.shift()) {
        this.#agent(agent.name).present(await arm.enrol(agent));
        const ownRows = arm.ownRows?.(agent.name);
        if (ownRows) this.#agent(agent.name).readOwnRows(ownRows);
      }
    };
    await Promise.all(Array.from({ length: ENROLLING_AT_ONCE }, enrolNext));
    for (const { founder, submolt } of foundings) await this.#agent(founder).found(submolt);
    this.#hasEnrolled = true;
    emit({ event: 'enrolled', agents: agents.length });
  }

  async #live(clock: IncidentClock): Promise<void> {
    const { plan, endMinute, requests, emit } = this.#options;
    const tell = () => emit({ event: 'progress', phase: 'live', counts: requests.counts });
    const progress = setInterval(tell, PROGRESS_MS);
    const { signal } = this.#stopped;
    await followPlan(plan, (action) => this.#agent(action.agent).perform(action), {
      clock,
      endMinute,
      signal,
    });
    clearInterval(progress);
    if (signal.aborted) return;
    tell();
    emit({ event: 'done' });
  }

  async #configure(name: string, keys: AgentKeys): Promise<void> {
    const agent = this.#agent(name);
    if (agent.isRetired) return;
    agent.present(this.#options.arm.presenterForKey(name, keys));
    await agent.check();
  }

  /** As after an owner has configured a key: the agent looks whether it works. */
  async #checkRenewed(name: string): Promise<boolean> {
    if (this.#stopped.signal.aborted || this.#agent(name).isRetired) return true;
    return (await this.#agent(name).check()).outcome === 'accepted';
  }

  #trust(certificatePem: string): void {
    const presenterOf = this.#options.arm.trust(certificatePem);
    for (const agent of this.#agents.values()) {
      const presenter = presenterOf(agent.name);
      if (presenter) agent.present(presenter);
    }
  }

  #agent(name: string): HostedAgent {
    const agent = this.#agents.get(name);
    if (!agent) throw new CommandUnsupported(`${name} is not hosted here`);
    return agent;
  }
}
