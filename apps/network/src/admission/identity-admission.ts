import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import { denied, type Judgement, type RefusalReason, type ShownCredential } from './judgement.ts';

/** What a caller has proved to be, or why it has not. */
export type IdentityFinding =
  | { readonly refused: RefusalReason; readonly shown: ShownCredential }
  | { readonly refused: null; readonly shown: ShownCredential & { readonly spiffeId: string } };

/** What differs between the arms with identities: what is looked at, and what it proves. */
export type ProveIdentity = (request: AdmissionRequest) => IdentityFinding | Promise<IdentityFinding>;

/**
 * Arms with identities: the agent is the SPIFFE ID that was proved. What else the caller says of itself,
 * in whatever header, counts for nothing.
 */
export class IdentityAdmission implements Admission {
  readonly #prove: ProveIdentity;
  readonly #agents: AgentsByCredential;
  readonly #agentIdPrefix: string;

  constructor(prove: ProveIdentity, agents: AgentsByCredential, trustDomain: string) {
    this.#prove = prove;
    this.#agents = agents;
    this.#agentIdPrefix = `spiffe://${trustDomain}/agent/`;
  }

  async admitAgent(request: AdmissionRequest): Promise<Judgement> {
    const finding = await this.#judge(request);
    if (finding.refused) return denied(finding.refused, finding.shown);
    const agent = await this.#agents.withSpiffeId(finding.shown.spiffeId);
    if (!agent) return denied('admission.no-agent-for-identity', finding.shown);
    return { decision: 'allowed', reason: 'ok', agent, shown: finding.shown };
  }

  async admitEnrolment(request: AdmissionRequest): Promise<Judgement> {
    const { refused, shown } = await this.#judge(request);
    if (refused) return denied(refused, shown);
    return { decision: 'allowed', reason: 'ok', agent: null, shown };
  }

  /** A sidecar or another service of the trust domain has an identity as well, but is no agent. */
  async #judge(request: AdmissionRequest): Promise<IdentityFinding> {
    const finding = await this.#prove(request);
    if (finding.refused || finding.shown.spiffeId.startsWith(this.#agentIdPrefix)) return finding;
    return { refused: 'admission.foreign-identity', shown: finding.shown };
  }
}
