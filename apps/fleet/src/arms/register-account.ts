import { setTimeout as pause } from 'node:timers/promises';
import { AgentClient, type Answer, type Presenter } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { EnrolmentRefused } from '../fleet.errors.ts';

/** A whole population registers at once; that may take longer than one request in a quiet hour. */
const REGISTRATION_TIMEOUT_MS = 30_000;
const ATTEMPTS_MAX = 20;
const PAUSE_MS = 500;

export interface Account {
  readonly networkUrl: string;
  readonly presenter: Presenter;
  readonly agent: PlannedAgent;
  /** Whether an account that is there already can only be the agent's own. */
  readonly isOursIfTaken: boolean;
}

/**
 * Registers the agent with the network and returns the body of the answer. Enrolment is set-up and
 * not yet the experiment: a network or an identity that comes late is given some seconds.
 */
export async function registerAccount(account: Account): Promise<unknown> {
  const { networkUrl, presenter, isOursIfTaken } = account;
  const { name, description } = account.agent;
  const client = new AgentClient({ networkUrl, presenter, timeoutMs: REGISTRATION_TIMEOUT_MS });
  for (let attempt = 1; ; attempt++) {
    const answer = await client.register({ name, description });
    if (answer.outcome === 'accepted') return answer.body;
    // Taken by an answer that got lost, or, where we were started anew, in an earlier life.
    const isTaken = answer.status === 409 && isOursIfTaken;
    if (isTaken && (attempt > 1 || (await client.me()).outcome === 'accepted')) return undefined;
    if (!mayComeLate(answer) || attempt === ATTEMPTS_MAX) {
      throw new EnrolmentRefused(`${name} was not registered: ${answer.status ?? answer.error}`);
    }
    await pause(PAUSE_MS);
  }
}

const mayComeLate = ({ outcome, status }: Answer) => outcome === 'failed' || status === 401;
