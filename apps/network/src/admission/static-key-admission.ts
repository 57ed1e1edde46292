import { bearerKeyIn, isSameStaticKey } from '@blastradius/credentials';
import { credentialId } from '@blastradius/ledger';
import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import { denied, type Judgement, nothingShown, publicJudgement } from './judgement.ts';

/** Arm `static-key`: whoever knows the key is the agent. */
export class StaticKeyAdmission implements Admission {
  readonly #agents: AgentsByCredential;

  constructor(agents: AgentsByCredential) {
    this.#agents = agents;
  }

  async admitAgent({ authorization }: AdmissionRequest): Promise<Judgement> {
    const bearer = bearerKeyIn(authorization);
    if (bearer.kind === 'missing') return denied('admission.missing-credential');
    if (bearer.kind === 'malformed') return denied('admission.malformed-key', shownKey(bearer.token));
    const shown = shownKey(bearer.key);
    const agent = await this.#agents.withKey(bearer.key);
    if (!agent || !isSameStaticKey(bearer.key, agent.apiKey)) return denied('admission.unknown-key', shown);
    return { decision: 'allowed', reason: 'ok', agent: { id: agent.id, name: agent.name }, shown };
  }

  /** Anyone may register: that is where keys come from. */
  async admitEnrolment(): Promise<Judgement> {
    return publicJudgement;
  }
}

function shownKey(key: string) {
  return { ...nothingShown, credentialId: credentialId(key) };
}
