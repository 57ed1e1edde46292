import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import type { CertificateFinding, ClientCertificates } from './client-certificates.ts';
import { denied, type Judgement } from './judgement.ts';

/**
 * Arm `x509-svid`: the agent is the SPIFFE ID of the verified client certificate. What else the
 * caller says of itself, in whatever header, counts for nothing.
 */
export class X509SvidAdmission implements Admission {
  readonly #certificates: ClientCertificates;
  readonly #agents: AgentsByCredential;
  readonly #agentIdPrefix: string;

  constructor(certificates: ClientCertificates, agents: AgentsByCredential, trustDomain: string) {
    this.#certificates = certificates;
    this.#agents = agents;
    this.#agentIdPrefix = `spiffe://${trustDomain}/agent/`;
  }

  async admitAgent({ socket }: AdmissionRequest): Promise<Judgement> {
    const finding = this.#judge(socket);
    if (finding.refused) return denied(finding.refused, finding.shown);
    const agent = await this.#agents.withSpiffeId(finding.shown.spiffeId);
    if (!agent) return denied('admission.no-agent-for-identity', finding.shown);
    return { decision: 'allowed', reason: 'ok', agent, shown: finding.shown };
  }

  async admitEnrolment({ socket }: AdmissionRequest): Promise<Judgement> {
    const finding = this.#judge(socket);
    if (finding.refused) return denied(finding.refused, finding.shown);
    return { decision: 'allowed', reason: 'ok', agent: null, shown: finding.shown };
  }

  /** A sidecar or another service of the trust domain has an identity as well, but is no agent. */
  #judge(socket: AdmissionRequest['socket']): CertificateFinding {
    const finding = this.#certificates.on(socket);
    if (finding.refused || finding.shown.spiffeId.startsWith(this.#agentIdPrefix)) return finding;
    return { refused: 'admission.foreign-identity', shown: finding.shown };
  }
}
