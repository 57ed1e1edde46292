import { AgentClient, type Presenter } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import { EnrolmentRefused } from '../fleet.errors.ts';

/** A whole population registers at once; that may take longer than one request in a quiet hour. */
const REGISTRATION_TIMEOUT_MS = 30_000;

/** Registers the agent with the network and returns the body of the answer. */
export async function registerAccount(
  networkUrl: string,
  presenter: Presenter,
  { name, description }: PlannedAgent,
): Promise<unknown> {
  const client = new AgentClient({ networkUrl, presenter, timeoutMs: REGISTRATION_TIMEOUT_MS });
  const { outcome, status, body, error } = await client.register({ name, description });
  if (outcome === 'accepted') return body;
  throw new EnrolmentRefused(`${name} was not registered: ${status ?? error}`);
}
