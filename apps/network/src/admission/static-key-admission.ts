import { bearerKeyIn, isSameStaticKey, type StoredKey } from '@blastradius/credentials';
import { credentialId } from '@blastradius/ledger';
import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import { denied, type Judgement, nothingShown, publicJudgement } from './judgement.ts';

/** Arms `static-key`, `hashed-key` and `vaulted-key`: whoever knows the key is the agent, whatever is kept of it. */
export class StaticKeyAdmission implements Admission {
  readonly #agents: AgentsByCredential;
  readonly #stored: StoredKey;

  constructor(agents: AgentsByCredential, stored: StoredKey) {
    this.#agents = agents;
    this.#stored = stored;
  }

  async admitAgent({ authorization }: AdmissionRequest): Promise<Judgement> {
    const bearer = bearerKeyIn(authorization);
    if (bearer.kind === 'missing') return denied('admission.missing-credential');
    if (bearer.kind === 'malformed') return denied('admission.malformed-key', shownKey(bearer.token));
    const shown = shownKey(bearer.key);
    const stored = this.#stored(bearer.key);
    const agent = await this.#agents.withStoredKey(stored);
    if (!agent || !isSameStaticKey(stored, agent.storedKey)) return denied('admission.unknown-key', shown);
    return { decision: 'allowed', reason: 'ok', agent: { id: agent.id, name: agent.name }, shown };
  }

  /** Anyone may register: that is where keys come from. */
  async admitEnrolment(): Promise<Judgement> {
    return publicJudgement;
  }
}

export function shownKey(key: string) {
  return { ...nothingShown, credentialId: credentialId(key) };
}
