import { createRandom, type Random } from '@blastradius/kernel';
import type { Scenario } from '../loading/load-scenario.ts';
import type { PlannedAgent, Population } from '../population/population.ts';
import { Acquaintances } from './acquaintances.ts';
import { planIntroductions } from './plan-introductions.ts';
import type { Intention, PlannedAction } from './planned-action.ts';
import { commentText, postText, postTitle, privateText } from './texts.ts';

type PlanSettings = Pick<Scenario, 'behaviour' | 'rateLimits' | 'clock'>;

/**
 * What every agent will do and when, before the run begins: an open arrival process, so that a slow
 * network is not spared. Pure; sorted by minute; within the rate limits with a margin for jitter.
 */
export function createLifePlan(
  settings: PlanSettings,
  population: Population,
  seed: string,
): PlannedAction[] {
  const random = createRandom(`${seed}/life`);
  const acquaintances = new Acquaintances();
  const introductions = planIntroductions(settings, population, random.fork('introductions'), acquaintances);
  const lives = population.agents.flatMap((agent) =>
    planLife(settings, { population, agent, acquaintances, random: random.fork(`agent/${agent.index}`) }),
  );
  const { endMinute } = settings.clock;
  const readers = new Set(population.agents.filter(({ role }) => role === 'reader').map(({ name }) => name));
  const suits = (action: PlannedAction) => isFitFor(readers, action);
  return [...introductions, ...lives]
    .filter((action) => action.atMinute < endMinute && suits(action))
    .sort((a, b) => a.atMinute - b.atMinute || compare(a.agent, b.agent));
}

/** A reader looks at the feed and does nothing else; it would never answer, so nobody writes to it. */
function isFitFor(readers: ReadonlySet<string>, action: PlannedAction): boolean {
  if (readers.has(action.agent)) return action.kind === 'read-feed';
  return action.kind !== 'dm-request' || !readers.has(action.to);
}

interface Surroundings {
  readonly population: Population;
  readonly agent: PlannedAgent;
  readonly acquaintances: Acquaintances;
  readonly random: Random;
}

function planLife(settings: PlanSettings, surroundings: Surroundings): PlannedAction[] {
  const { behaviour, rateLimits, clock } = settings;
  const { agent, random } = surroundings;
  const limits = new OwnLimits(rateLimits);
  // Five incident seconds, or what keeps one agent at half of the limit of requests.
  const gapMinutes = Math.max(5 / 60, 2 / rateLimits.requestsPerMinute);
  const actions: PlannedAction[] = [];
  const meanGapMinutes = 60 / behaviour.heartbeatsPerHour;
  let minute = clock.startMinute + random.exponential(meanGapMinutes);
  while (minute < clock.endMinute) {
    for (const intention of heartbeat(settings, surroundings)) {
      if (!limits.allow(intention, minute)) continue;
      actions.push({ ...intention, atMinute: minute, agent: agent.name });
      minute += gapMinutes * (1 + random.next());
    }
    minute += random.exponential(meanGapMinutes);
  }
  return actions;
}

/** In the order of Moltbook's heartbeat.md: messages first, then the feed, then a word of one's own. */
function heartbeat({ behaviour }: PlanSettings, surroundings: Surroundings): Intention[] {
  const { random, population, agent, acquaintances } = surroundings;
  const happens = (probability: number) => random.next() < probability;
  const intentions: Intention[] = [];
  if (happens(behaviour.checkDms)) intentions.push({ kind: 'dm-check-and-approve' });
  if (happens(behaviour.readFeed)) intentions.push({ kind: 'read-feed' });
  if (happens(behaviour.upvote)) intentions.push({ kind: 'upvote', pick: random.next() });
  if (happens(behaviour.comment)) {
    intentions.push({ kind: 'comment', text: commentText(random), pick: random.next() });
  }
  if (happens(behaviour.post)) {
    const submolt = random.pick(population.submolts).name;
    intentions.push({ kind: 'post', title: postTitle(random), text: postText(random), submolt });
  }
  if (happens(behaviour.dm)) {
    const text = privateText(random, behaviour.thirdPartyKeyShare);
    const to = random.pick(population.agents).name;
    const isNew = happens(0.5) && acquaintances.introduce(agent.name, to);
    intentions.push(
      isNew ? { kind: 'dm-request', to, text } : { kind: 'dm-send', text, pick: random.next() },
    );
  }
  return intentions;
}

/** One agent's own view of the rate limits, kept with a margin, because the run has jitter. */
class OwnLimits {
  readonly #postGapMinutes: number;
  readonly #commentsPerHourMax: number;
  #postsFrom = Number.NEGATIVE_INFINITY;
  #comments: number[] = [];

  constructor({ postMinutes, commentsPerHour }: Scenario['rateLimits']) {
    this.#postGapMinutes = postMinutes * 1.5;
    this.#commentsPerHourMax = Math.max(1, Math.floor(commentsPerHour * 0.8));
  }

  allow({ kind }: Intention, minute: number): boolean {
    if (kind === 'post') {
      if (minute < this.#postsFrom) return false;
      this.#postsFrom = minute + this.#postGapMinutes;
    }
    if (kind === 'comment') {
      this.#comments = this.#comments.filter((at) => at > minute - 60);
      if (this.#comments.length >= this.#commentsPerHourMax) return false;
      this.#comments.push(minute);
    }
    return true;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
