import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IncidentClock, incidentMinuteAt, wallMsAt } from '@blastradius/kernel';
import { planOwnerReturn } from '@blastradius/scenario';
import { containmentsOf } from '../containment/contain.ts';
import { revocationsOf } from '../containment/push-revocation.ts';
import type { World } from '../world/world.ts';
import { bringsKeysByItself, distributeKeys } from './distribute-keys.ts';
import { replaceAuthorities } from './replace-authorities.ts';
import { type DueEvent, type RunningTimeline, runTimeline } from './timeline.ts';

/** How a trial stands, for whoever watches it. */
export interface TrialProgress {
  readonly minute: number;
  readonly phase: string;
  readonly honest: Readonly<Record<string, number>>;
  readonly thief: Readonly<Record<string, number>>;
}

export interface TrialOptions {
  readonly onProgress?: (progress: TrialProgress) => void;
  /** Ends the trial early. */
  readonly signal?: AbortSignal;
  /** What a test does to the world at a minute: kill a process, say. */
  readonly disturbances?: readonly DueEvent[];
}

const PROGRESS_MS = 250;
const RESET_POLL_MS = 250;
/** After the last minute: requests that are still under way may end. */
const DRAIN_MS = 8000;

/**
 * Plays the scenario in a running world: agents live, the thief is loose, and the operators do
 * what the timeline says at its minute. Returns the clock that the ledgers are read by.
 */
export async function runTrial(world: World, options: TrialOptions = {}): Promise<IncidentClock> {
  const { scenario, record, timeScale } = world.setting;
  const clock: IncidentClock = {
    startedAtMs: Date.now() + 200,
    startMinute: scenario.clock.startMinute,
    timeScale,
  };
  record({ event: 'live-started', subject: null, detail: `timeScale ${timeScale}` });
  world.agents.live(clock);
  world.thief.live(clock);
  const timeline = runTimeline(clock, [
    ...fixesOf(world),
    ...backupsOf(world),
    ...world.leakEvents,
    ...revocationsOf(world),
    ...containmentsOf(world),
    ...(options.disturbances ?? []),
  ]);
  for (const event of keyResetsOf(world, clock, timeline)) timeline.add(event);
  const distribution = distributeKeys(world, clock, timeline);
  const progress = setInterval(() => options.onProgress?.(progressOf(world, clock)), PROGRESS_MS);
  try {
    await untilEnd(world, wallMsAt(clock, scenario.clock.endMinute), options.signal);
    await timeline.end();
    await distribution.end();
  } finally {
    distribution.stop();
    clearInterval(progress);
    record({ event: 'live-ended', subject: null, detail: options.signal?.aborted ? 'aborted' : 'complete' });
  }
  return clock;
}

function fixesOf(world: World): DueEvent[] {
  const { scenario, record } = world.setting;
  return scenario.timeline.flatMap(({ minute, title, apply, id }) =>
    apply
      ? [
          {
            minute,
            what: title,
            run: async () => {
              await world.administer(await readFile(join(scenario.folder, apply), 'utf8'));
              record({ event: 'fix-applied', subject: id ?? apply, detail: title });
            },
          },
        ]
      : [],
  );
}

/** An agent that copies its identity to a file: the thief finds the file later. */
function backupsOf(world: World): DueEvent[] {
  const { scenario, population } = world.setting;
  const { agents, backupMinute } = scenario.attack.carelessBackup;
  const careless = population.agents.slice(0, Math.min(agents, 1));
  const file = world.backupFile;
  // Beside the leak of the incident itself; the others measure what they take alone.
  if (file === null || world.setting.leakVector !== 'open-database') return [];
  return careless.map(({ name }) => ({
    minute: backupMinute,
    what: `the backup of ${name}`,
    run: async () => world.agents.tell(name, { command: 'back-up-svid', agent: name, file }),
  }));
}

function keyResetsOf(world: World, clock: IncidentClock, timeline: RunningTimeline): DueEvent[] {
  return world.setting.scenario.timeline
    .filter(({ event }) => event === 'key-reset')
    .map(({ minute, title }) => ({ minute, what: title, run: () => resetKeys(world, clock, timeline) }));
}

async function resetKeys(world: World, clock: IncidentClock, timeline: RunningTimeline): Promise<void> {
  const { record, scenario, population, seed, leakVector } = world.setting;
  if (leakVector === 'issuer-signing-key' && world.authorities !== null) {
    record({ event: 'key-reset-started', subject: null, detail: 'the authorities’ keys' });
    await replaceAuthorities(world);
    record({ event: 'key-reset-finished', subject: null, detail: 'the authorities’ keys are revoked' });
    return;
  }
  // Else whoever has a host's secret id fetches the new keys as the host does.
  if (leakVector === 'vault-bootstrap-secret') await world.vault?.replaceBootstrapSecrets();
  const campaignId = await world.operator.startKeyReset();
  if (campaignId === null) {
    record({ event: 'key-reset-finished', subject: null, detail: 'nothing to reset: agents hold no secret' });
    return;
  }
  const startedAtMinute = incidentMinuteAt(clock, Date.now());
  const endMs = wallMsAt(clock, scenario.clock.endMinute);
  record({ event: 'key-reset-started', subject: campaignId, detail: `${population.agents.length} agents` });
  const owners = bringsKeysByItself(world.setting.arm) ? [] : planOwnerReturn(scenario, population, seed);
  for (const { agent, minutesAfterReset } of owners) {
    timeline.add({
      minute: startedAtMinute + minutesAfterReset,
      what: `the return of ${agent}`,
      run: () => configureNewKey(world, agent, endMs),
    });
  }
  const status = await untilReset(world, campaignId, endMs);
  for (const { agent, atMs } of status.resets) {
    record({ event: 'credential-reset', subject: agent, detail: campaignId, atMs });
  }
  record({
    event: 'key-reset-finished',
    subject: campaignId,
    detail: `${status.reset} of ${status.agents} agents`,
  });
}

async function untilReset(world: World, campaignId: string, deadlineMs: number) {
  for (;;) {
    const status = await world.operator.keyReset(campaignId);
    if (status.state === 'finished' || Date.now() > deadlineMs) return status;
    await new Promise((resolve) => setTimeout(resolve, RESET_POLL_MS));
  }
}

/** The owner has noticed, fetches the new key (waiting for the agent's turn) and gives it to the agent. */
async function configureNewKey(world: World, agent: string, deadlineMs: number): Promise<void> {
  let keys = await world.operator.newKeyOf(agent);
  while (keys === null) {
    if (Date.now() > deadlineMs) return;
    await new Promise((resolve) => setTimeout(resolve, RESET_POLL_MS));
    keys = await world.operator.newKeyOf(agent);
  }
  world.agents.tell(agent, { command: 'configure', agent, apiKey: keys.apiKey, writeKey: keys.writeKey });
  world.setting.record({ event: 'owner-reconfigured', subject: agent, detail: '' });
}

async function untilEnd(world: World, endMs: number, signal?: AbortSignal): Promise<void> {
  const all = Promise.all([world.agents.done, world.thief.done]);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, endMs - Date.now()) + DRAIN_MS);
  signal?.addEventListener('abort', () => resolve(), { once: true });
  if (signal?.aborted) resolve();
  await Promise.race([all, late]);
  clearTimeout(timer);
}

function progressOf(world: World, clock: IncidentClock): TrialProgress {
  const minute = Math.min(incidentMinuteAt(clock, Date.now()), world.setting.scenario.clock.endMinute);
  const passed = world.setting.scenario.timeline.filter((entry) => entry.minute <= minute);
  return {
    minute,
    phase: passed.at(-1)?.title ?? 'before anyone knows',
    honest: world.agents.counts(),
    thief: world.thief.counts(),
  };
}
