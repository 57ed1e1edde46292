import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadAgentNames, type Scenario } from '@blastradius/scenario';
import { z } from 'zod';
import type { K6Job } from '../k6/k6-command.ts';
import type { LoadPlan } from '../plan/load-plan.ts';

/** Where the load goes, and how it shows who it is. */
export interface LoadTarget {
  readonly arm: string;
  readonly url: string;
  readonly certificatePem: string | null;
}

export const loadScript = (scenario: Scenario): string => join(scenario.folder, 'load.k6.ts');

interface JobOptions {
  readonly scenario: Scenario;
  readonly plan: LoadPlan;
  readonly seed: string;
  readonly target: LoadTarget;
  readonly workFolder: string;
}

/** Lays out k6's work folder, and says how the scenario's script is run in it. */
export function prepareJob({ scenario, plan, seed, target, workFolder }: JobOptions): K6Job {
  mkdirSync(workFolder, { recursive: true });
  // k6 may run as another user, in a container; what lies here is no secret.
  chmodSync(workFolder, 0o777);
  const inWork = (name: string, content: string) => {
    const file = join(workFolder, name);
    writeFileSync(file, content);
    return file;
  };
  const { readFeed, checkDms, upvote, comment, post, dm } = scenario.behaviour;
  return {
    script: loadScript(scenario),
    scriptsFolder: dirname(scenario.folder),
    workFolder,
    settings: {
      ARM: target.arm,
      BASE_URL: target.url,
      RATE: String(plan.ratePerSecond),
      WARM_UP_SECONDS: String(plan.warmUpSeconds),
      DURATION_SECONDS: String(plan.durationSeconds),
      AGENTS: inWork('agents.json', JSON.stringify(loadAgentNames(plan.loadAgents))),
      SEED: seed,
      TRUST_DOMAIN: scenario.identity.trustDomain,
      // The load's mix is the fleet's, whatever the scenario makes of it.
      WEIGHTS: JSON.stringify({ readFeed, checkDms, upvote, comment, post, dm }),
      SUMMARY_FILE: summaryFile(workFolder),
    },
    dashboardFile: dashboardFile(workFolder),
    ...(target.certificatePem ? { certificateFile: inWork('network.pem', target.certificatePem) } : {}),
  };
}

/** However slow the preparation is, k6 is not left running for ever. */
export function secondsMax({ warmUpSeconds, durationSeconds }: LoadPlan): number {
  return 200 + warmUpSeconds + durationSeconds + 30;
}

const summaryFile = (workFolder: string) => join(workFolder, 'summary.json');
export const dashboardFile = (workFolder: string): string => join(workFolder, 'dashboard.html');

const summary = z.object({ thresholds: z.array(z.object({ name: z.string(), ok: z.boolean() })) });

/** What the script demanded, and whether it held. */
export function readThresholds(workFolder: string): z.infer<typeof summary>['thresholds'] {
  return summary.parse(JSON.parse(readFileSync(summaryFile(workFolder), 'utf8'))).thresholds;
}
