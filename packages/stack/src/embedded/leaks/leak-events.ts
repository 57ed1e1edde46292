import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ComponentFailed } from '../../stack.errors.ts';
import type { DueEvent } from '../../trial/timeline.ts';
import type { Agents } from '../../world/world.ts';
import type { Backend } from '../backend.ts';
import type { EmbeddedSetting } from '../embedded-setting.ts';
import type { IdentityPlane } from '../identity-plane.ts';
import { injections } from '../leak-events/injections.ts';
import { outages } from '../leak-events/outages.ts';
import type { CompanyProxy } from './company-proxy.ts';
import { dumpDatabase } from './dump-database.ts';
import { leakedFile, leakOf } from './leaked-file.ts';

/** The thief finds a young dump. */
const DUMPED_BEFORE_MINUTES = 5;
const COPIED_WITHIN_MS = 10_000;

export interface LeakParts {
  readonly setting: EmbeddedSetting;
  readonly backend: Backend;
  readonly identity: IdentityPlane | undefined;
  readonly agents: Agents;
  readonly way: CompanyProxy | undefined;
}

/** What has to happen in the world so that something lies where the thief will look. */
export function leakEventsOf(parts: LeakParts): DueEvent[] {
  return [...lettersWithCredentials(parts), ...eventsOfLeak(parts)];
}

function eventsOfLeak(parts: LeakParts): DueEvent[] {
  const { setting, backend, way } = parts;
  const { attack } = setting.scenario;
  const file = leakedFile(setting);
  switch (leakOf(setting)) {
    case 'database-dump':
      return [
        {
          minute: attack.discoveryMinute - DUMPED_BEFORE_MINUTES,
          what: 'the dump of the database',
          run: () => dumpDatabase(backend, file),
        },
        ...atFirstFix(setting, 'the dump is taken away', () => rm(file, { force: true })),
      ];
    case 'request-logs':
      return atFirstFix(setting, 'the log is taken away', () => rm(file, { force: true }));
    case 'direct-messages':
      return careless(parts, writers(parts)).map((agent) => ({
        minute: carelessMinute(setting),
        what: `the message of ${agent}`,
        run: async () =>
          parts.agents.tell(agent, { command: 'share-credential', agent, to: othersThan(setting, agent) }),
      }));
    case 'retired-agent':
      return careless(parts).map((agent) => ({
        minute: carelessMinute(setting),
        what: `the retirement of ${agent}`,
        run: () => retire(parts, agent, file),
      }));
    case 'man-in-the-middle': {
      if (!way) return [];
      return [
        { minute: attack.discoveryMinute, what: 'the thief in the proxy', run: async () => way.divert() },
        ...atFirstFix(setting, 'the proxy without the thief', async () => way.repair()),
      ];
    }
    case 'prompt-injection':
      return injections(parts);
    case 'issuer-outage':
      return outages(parts);
    default:
      return [];
  }
}

/** Before anybody has spoken to anybody: each writes to the one before it in the population. */
function lettersWithCredentials({ setting, agents }: LeakParts): DueEvent[] {
  const { attack, clock } = setting.scenario;
  const names = setting.population.agents.map(({ name }) => name);
  return names.slice(1, 1 + attack.sharedInMessages).map((agent, index) => ({
    minute: clock.startMinute,
    what: `the message of ${agent}`,
    run: async () =>
      agents.tell(agent, { command: 'share-credential', agent, to: names.slice(index, index + 1) }),
  }));
}

/** The scenario's fixes are of its database; the operators close other leaks at the same minute as the first. */
function atFirstFix({ scenario }: EmbeddedSetting, what: string, run: () => Promise<void>): DueEvent[] {
  const fix = scenario.timeline.find(({ event }) => event === 'fix');
  return fix ? [{ minute: fix.minute, what, run }] : [];
}

/** Its disk is copied while it lives; then its process ends, or its place in a process that has many. */
async function retire({ agents, setting }: LeakParts, agent: string, file: string): Promise<void> {
  agents.tell(agent, { command: 'back-up-svid', agent, file });
  await untilThere(file);
  await agents.retire(agent);
  setting.record({ event: 'agent-retired', subject: agent, detail: 'nobody told the network' });
}

async function untilThere(file: string): Promise<void> {
  for (const endMs = Date.now() + COPIED_WITHIN_MS; !existsSync(file); await pause(20)) {
    if (Date.now() > endMs) throw new ComponentFailed(`no copy of the agent's disk has come to ${file}`);
  }
}

/** Whoever is careless is so before the thief comes. */
function carelessMinute({ scenario }: EmbeddedSetting): number {
  const { carelessBackup, discoveryMinute } = scenario.attack;
  return Math.max(scenario.clock.startMinute, Math.min(carelessBackup.backupMinute, discoveryMinute));
}

/** The first of the population (or of some of it), which differ from seed to seed; at least one. */
function careless({ setting }: LeakParts, among = setting.population.agents): string[] {
  const { agents } = setting.scenario.attack.carelessBackup;
  return among.slice(0, Math.max(1, agents)).map(({ name }) => name);
}

/** A reader sends no messages. */
const writers = ({ setting }: LeakParts) => setting.population.agents.filter(({ role }) => role === 'writer');

function othersThan({ population }: EmbeddedSetting, agent: string): string[] {
  return population.agents.flatMap(({ name }) => (name === agent ? [] : [name])).slice(-3);
}
