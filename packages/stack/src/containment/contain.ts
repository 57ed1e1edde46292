import { setTimeout as pause } from 'node:timers/promises';
import type { TimelineEvent } from '@blastradius/scenario';
import type { DueEvent } from '../trial/timeline.ts';
import type { World } from '../world/world.ts';
import { isIdentityArm } from '../world/world-setting.ts';

type Action = NonNullable<TimelineEvent['action']>;

/** Refresh hints of the bundle until whoever checks has it for sure (SPIFFE Federation, 5.2.1). */
const HINTS_PUBLISHED = 3;
const FORCED_PUBLISH_SECONDS = 3;
const kinds = ['x509', 'jwt', 'wit'] as const;

/** What operators of an arm with identities do at the minutes of the timeline; key arms have their reset. */
export function containmentsOf(world: World): DueEvent[] {
  return world.setting.scenario.timeline.flatMap(({ minute, title, action, agents }) =>
    action === undefined ? [] : [{ minute, what: title, run: () => contain(world, action, agents) }],
  );
}

async function contain(world: World, action: Action, agents: number | undefined): Promise<void> {
  const { record, arm } = world.setting;
  if (!isIdentityArm(arm)) {
    record({
      event: 'containment-finished',
      subject: action,
      detail: 'nothing to do: no issuer, no identities',
    });
    return;
  }
  record({ event: 'containment-started', subject: action, detail: '' });
  const isDone = await {
    'deny-entry': () => denyEntries(world, agents),
    'force-rotation': () => forceRotation(world),
    'revoke-authority': () => revokeAuthorities(world),
  }[action]();
  record({
    event: 'containment-finished',
    subject: action,
    detail: isDone ? 'done' : 'not done: out of reach in this world',
  });
}

/** The agents get no further SVID. The one that was stolen ends when it ends. */
async function denyEntries({ denyEntries, setting }: World, count: number | undefined): Promise<boolean> {
  if (denyEntries === null) return false;
  await denyEntries(setting.population.agents.slice(0, count).map(({ name }) => name));
  return true;
}

/** Everybody gets a new SVID by a new key; what the old one has signed stays good until it ends. */
async function forceRotation({ forceRotation }: World): Promise<boolean> {
  if (forceRotation === null) return false;
  await forceRotation(FORCED_PUBLISH_SECONDS);
  return true;
}

/** The keys themselves go: whatever they have signed, and for whomever, is refused from then on. */
async function revokeAuthorities({ authorities }: World): Promise<boolean> {
  if (authorities === null) return false;
  const step = async (name: 'prepare' | 'activate' | 'taint' | 'revoke') => {
    for (const kind of kinds) await authorities.order(name, kind);
  };
  const published = () => pause(HINTS_PUBLISHED * authorities.refreshHintSeconds * 1000);
  await step('prepare');
  await published();
  await step('activate');
  await step('taint');
  await published();
  await step('revoke');
  return true;
}
