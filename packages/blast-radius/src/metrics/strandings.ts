import type { ArmFacts } from '../run/arm-facts.ts';

/** A time in which an agent could not act; `untilMinute` is null where the run ended first. */
export interface Stranding {
  readonly agent: string;
  readonly fromMinute: number;
  readonly untilMinute: number | null;
}

/**
 * An agent is stranded from the earlier of the reset of its credential and its first request that
 * authentication refused, until its next accepted request. Refused by authentication is status
 * 401, or a TLS handshake or a missing credential, so that the identity arm's failures count alike. Load
 * agents are left out: they have no owner who could ever bring them back; so are agents that were retired.
 */
export function findStrandings(facts: ArmFacts): Stranding[] {
  const since = new Map<string, number>();
  const strandings: Stranding[] = [];
  const retired = new Set(
    facts.world.flatMap(({ event, subject }) => (event === 'agent-retired' ? [subject] : [])),
  );
  for (const { agent, minute, ends } of momentsOf(facts)) {
    if (facts.loadAgents.has(agent) || retired.has(agent)) continue;
    const fromMinute = since.get(agent);
    if (!ends) since.set(agent, fromMinute ?? minute);
    else if (fromMinute !== undefined) {
      strandings.push({ agent, fromMinute, untilMinute: minute });
      since.delete(agent);
    }
  }
  const open = [...since].map(([agent, fromMinute]) => ({ agent, fromMinute, untilMinute: null }));
  return [...strandings, ...open];
}

interface Moment {
  readonly agent: string;
  readonly minute: number;
  readonly ends: boolean;
}

function momentsOf({ honest, world, auditByRequestId }: ArmFacts): Moment[] {
  const resets = world.flatMap(({ event, subject, minute }): Moment[] =>
    event === 'credential-reset' && subject !== null ? [{ agent: subject, minute, ends: false }] : [],
  );
  const requests = honest.flatMap((request): Moment[] => {
    const ends = request.outcome === 'accepted';
    if (!ends && !refusedByAuthentication(request)) return [];
    // The network's own time of the decision: an answer that was on its way when the key was
    // reset was given before the reset, and doesn't mean that the agent is back.
    const decided = auditByRequestId.get(request.requestId)?.at(-1);
    return [{ agent: request.agent, minute: decided?.minute ?? request.minute, ends }];
  });
  return [...resets, ...requests].sort((a, b) => a.minute - b.minute);
}

function refusedByAuthentication({ status, error }: ArmFacts['honest'][number]): boolean {
  return status === 401 || (status === null && /^credential-missing|SSL|TLS|CERT/.test(error ?? ''));
}
