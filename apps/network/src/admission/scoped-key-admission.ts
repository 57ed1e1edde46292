import { bearerKeyIn, isSameStaticKey, type StoredKey } from '@blastradius/credentials';
import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import { denied, type Judgement, publicJudgement } from './judgement.ts';
import { shownKey } from './static-key-admission.ts';

/** Arm `scoped-key`: whoever knows a key is the agent, but only for what the key's scope is for. */
export class ScopedKeyAdmission implements Admission {
  readonly #agents: AgentsByCredential;
  readonly #stored: StoredKey;

  constructor(agents: AgentsByCredential, stored: StoredKey) {
    this.#agents = agents;
    this.#stored = stored;
  }

  async admitAgent({ authorization, scope }: AdmissionRequest): Promise<Judgement> {
    const bearer = bearerKeyIn(authorization);
    if (bearer.kind === 'missing') return denied('admission.missing-credential');
    if (bearer.kind === 'malformed') return denied('admission.malformed-key', shownKey(bearer.token));
    const shown = shownKey(bearer.key);
    const stored = this.#stored(bearer.key);
    const found = await this.#agents.withScopedKey(stored);
    if (!found || !isSameStaticKey(stored, found.storedKey)) return denied('admission.unknown-key', shown);
    const agent = { id: found.id, name: found.name };
    if (scope !== 'any' && scope !== found.scope) {
      // Whose key it is stays in the audit: the key is real, and somebody tried what it is not for.
      return { decision: 'denied', reason: 'admission.insufficient-scope', agent, shown };
    }
    return { decision: 'allowed', reason: 'ok', agent, shown };
  }

  async admitEnrolment(): Promise<Judgement> {
    return publicJudgement;
  }
}
