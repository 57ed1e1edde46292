import { bearerKeyIn, keptPlain } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import type { Admission, AdmissionRequest } from './admission.ts';
import type { AgentsByCredential } from './agents-by-credential.ts';
import type { Judgement } from './judgement.ts';
import { StaticKeyAdmission, shownKey } from './static-key-admission.ts';

/** Arm `rotated-key`: the newest key, and for the time of the overlap the one before. */
export class RotatedKeyAdmission implements Admission {
  readonly #agents: AgentsByCredential;
  readonly #clock: Clock;
  readonly #newest: StaticKeyAdmission;

  constructor(agents: AgentsByCredential, clock: Clock) {
    this.#agents = agents;
    this.#clock = clock;
    this.#newest = new StaticKeyAdmission(agents, keptPlain);
  }

  async admitAgent(request: AdmissionRequest): Promise<Judgement> {
    const judgement = await this.#newest.admitAgent(request);
    const bearer = bearerKeyIn(request.authorization);
    if (judgement.reason !== 'admission.unknown-key' || bearer.kind !== 'key') return judgement;
    const agent = await this.#agents.withPreviousKey(bearer.key, this.#clock.now());
    if (!agent) return judgement;
    return { decision: 'allowed', reason: 'ok', agent, shown: shownKey(bearer.key) };
  }

  admitEnrolment(): Promise<Judgement> {
    return this.#newest.admitEnrolment();
  }
}
