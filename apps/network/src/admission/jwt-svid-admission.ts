import { BearerSvidRefused, bearerTokenIn, type VerifyBearerSvid } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { credentialId } from '@blastradius/ledger';
import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import {
  denied,
  type Judgement,
  nothingShown,
  type RefusalReason,
  type ShownCredential,
} from './judgement.ts';

export interface BearerTokens {
  readonly verify: VerifyBearerSvid;
  readonly clock: Clock;
}

type Finding =
  | { readonly refused: RefusalReason; readonly shown: ShownCredential }
  | { readonly refused: null; readonly shown: ShownCredential & { readonly spiffeId: string } };

/** Arm `jwt-svid`: the agent is the SPIFFE ID of a verified token, whoever shows the token. */
export class JwtSvidAdmission implements Admission {
  readonly #tokens: BearerTokens;
  readonly #agents: AgentsByCredential;
  readonly #agentIdPrefix: string;

  constructor(tokens: BearerTokens, agents: AgentsByCredential, trustDomain: string) {
    this.#tokens = tokens;
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

  /** A sidecar or another service of the trust domain may have a token as well, but is no agent. */
  async #judge({ authorization }: AdmissionRequest): Promise<Finding> {
    const token = bearerTokenIn(authorization);
    if (token === undefined) return { refused: 'admission.missing-credential', shown: nothingShown };
    const shown = { ...nothingShown, credentialId: credentialId(token) };
    try {
      const { spiffeId } = await this.#tokens.verify(token, this.#tokens.clock.now());
      const text = spiffeId.toString();
      const known = { ...shown, spiffeId: text };
      if (!text.startsWith(this.#agentIdPrefix))
        return { refused: 'admission.foreign-identity', shown: known };
      return { refused: null, shown: known };
    } catch (error) {
      if (!(error instanceof BearerSvidRefused)) throw error;
      return { refused: error.code, shown };
    }
  }
}
